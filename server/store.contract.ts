/** The rules every store of the relay keeps. A new store is one more caller of this function. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store, StoredItem } from './store.ts';

export interface StoreUnderTest {
	readonly store: Store;
	/** Closes it and opens the same data again; null where nothing outlives the process. */
	readonly reopen: (() => Store) | null;
	/** Leaves no room for more, and gives the room back. */
	readonly fill: () => void;
	readonly free: () => void;
	readonly remove: () => void;
}

export function testStore(name: string, open: () => StoreUnderTest): void {
	describe(name, () => {
		let under: StoreUnderTest;
		let store: Store;
		beforeEach(() => {
			under = open();
			store = under.store;
		});
		afterEach(() => under.remove());

		test('an empty store knows nothing and fails at nothing', () => {
			expect(store.setting('founding')).toBeNull();
			expect(store.entries('circle', 0, 1e6)).toEqual([]);
			expect(store.circlesOfDevice('amina')).toEqual([]);
			expect(store.clocks('room').size).toBe(0);
			expect(store.missing('room', new Map())).toEqual([]);
			expect(store.struct('room', 1, 0)).toBeNull();
			expect(store.countRooms('circle')).toBe(0);
		});

		test('a setting is overwritten, not added', () => {
			expect(store.putSetting('founding', 'one').ok).toBe(true);
			expect(store.putSetting('founding', 'two').ok).toBe(true);
			expect(store.setting('founding')).toBe('two');
		});

		test('[C2] entries are appended one behind the other, never over one another', () => {
			const row = { circle: 'c', devices: ['amina'], invites: [] };
			expect(store.appendEntry({ ...row, seq: 0, bytes: bytes(1) })).toEqual({ ok: true });
			expect(store.appendEntry({ ...row, seq: 0, bytes: bytes(2) })).toEqual({ ok: false, reason: 'taken' });
			expect(store.appendEntry({ ...row, seq: 2, bytes: bytes(2) })).toEqual({ ok: false, reason: 'taken' });
			expect(store.appendEntry({ ...row, seq: 1, bytes: bytes(3) })).toEqual({ ok: true });
			expect(store.entries('c', 0, 1e6).map(first)).toEqual([1, 3]);
			expect(store.entries('c', 1, 1e6).map(first)).toEqual([3]);
			expect(store.entries('c', 2, 1e6)).toEqual([]);
		});

		test('a long log is answered in parts, each with at least one entry', () => {
			for (let seq = 0; seq < 5; seq += 1) {
				store.appendEntry({
					circle: 'c',
					devices: [],
					invites: [],
					seq,
					bytes: new Uint8Array(100).fill(seq)
				});
			}
			expect(store.entries('c', 0, 250).map(first)).toEqual([0, 1]);
			expect(store.entries('c', 2, 10).map(first)).toEqual([2]);
		});

		test('a circle is found by its devices of now and its invitations of always', () => {
			store.appendEntry({ circle: 'c', seq: 0, bytes: bytes(0), devices: ['amina', 'ben'], invites: ['k1'] });
			store.appendEntry({ circle: 'd', seq: 0, bytes: bytes(0), devices: ['amina'], invites: ['k1', 'k2'] });
			store.appendEntry({ circle: 'c', seq: 1, bytes: bytes(1), devices: ['ben'], invites: ['k1', 'k3'] });
			expect(store.circlesOfDevice('amina')).toEqual(['d']);
			expect(store.circlesOfDevice('ben')).toEqual(['c']);
			expect(store.circlesOfInvite('k1')).toEqual(['c', 'd']);
			expect(store.circlesOfInvite('k3')).toEqual(['c']);
		});

		test('remembers which logs are shown to whom, once each and for ever', () => {
			const row = { bytes: bytes(0), devices: [], invites: [] };
			const shown = [{ log: 'team', to: 'case' }];
			store.appendEntry({ ...row, circle: 'case', seq: 0, shown });
			store.appendEntry({ ...row, circle: 'case', seq: 1, shown });
			store.appendEntry({ ...row, circle: 'other', seq: 0, shown: [{ log: 'team', to: 'other' }] });
			store.appendEntry({ ...row, circle: 'case', seq: 2 });
			expect(store.circlesShown('team')).toEqual(['case', 'other']);
			expect([store.logsShownTo('case'), store.logsShownTo('team')]).toEqual([['team'], []]);
		});

		test('founding writes the entry and its setting together or not at all', () => {
			const setting = { name: 'agency', value: 'c' };
			store.appendEntry({ circle: 'x', seq: 1, bytes: bytes(0), devices: [], invites: [], setting });
			expect(store.setting('agency')).toBeNull();
			store.appendEntry({ circle: 'c', seq: 0, bytes: bytes(0), devices: [], invites: [], setting });
			expect(store.setting('agency')).toBe('c');
		});

		test('a commit is there for every room in it, with its bytes', () => {
			store.commit([
				{ room: 'r', circle: 'c', items: [item(7, 0), item(4294967295, 0), item(7, 1)] },
				{ room: 's', circle: 'c', items: [item(7, 0)] }
			]);
			store.commit([{ room: 'r', circle: 'c', items: [item(7, 2)] }]);
			expect(store.clocks('r')).toEqual(
				new Map([
					[7, 3],
					[4294967295, 1]
				])
			);
			expect(store.clocks('s')).toEqual(new Map([[7, 1]]));
			expect(store.countRooms('c')).toBe(2);
			expect([...(store.struct('r', 7, 2) ?? [])]).toEqual([...item(7, 2).struct]);
		});

		test('one item that is there already undoes the whole commit', () => {
			store.commit([{ room: 'r', circle: 'c', items: [item(1, 0)] }]);
			const twice = store.commit([
				{ room: 's', circle: 'c', items: [item(1, 0)] },
				{ room: 'r', circle: 'c', items: [item(1, 1), item(1, 0)] }
			]);
			expect(twice).toEqual({ ok: false, reason: 'taken' });
			expect(store.clocks('r')).toEqual(new Map([[1, 1]]));
			expect(store.clocks('s').size).toBe(0);
			expect(store.commit([{ room: 'r', circle: 'c', items: [item(1, 1)] }]).ok).toBe(true);
		});

		test('a joiner is given exactly what its state vector lacks, in order of arrival', () => {
			const arrived = [item(1, 0), item(2, 0), item(1, 1), item(3, 0), item(2, 1), item(1, 2)];
			store.commit([{ room: 'r', circle: 'c', items: arrived.slice(0, 4) }]);
			store.commit([{ room: 'between', circle: 'c', items: [item(9, 0)] }]);
			store.commit([{ room: 'r', circle: 'c', items: arrived.slice(4) }]);
			expect(lacking(store, new Map())).toEqual(['1:0', '2:0', '1:1', '3:0', '2:1', '1:2']);
			expect(lacking(store, new Map([[1, 2]]))).toEqual(['2:0', '3:0', '2:1', '1:2']);
			const all = new Map([
				[1, 3],
				[2, 2],
				[3, 1],
				[77, 12]
			]);
			expect(lacking(store, all)).toEqual([]);
			expect(store.missing('r', all)).toEqual([]);
		});

		test('[R6] a room is told once, at its newest move, and never half a move', () => {
			const commit = (clock: number, ...rooms: string[]) =>
				store.commit(rooms.map((room) => ({ room, circle: room[0] ?? '', items: [item(1, clock)] })));
			const moved = (after: number, limit = 100) =>
				store.moves(['c', 'd', 'nowhere'], after, limit).map(({ room, move }) => `${room} ${move}`);
			const start = store.lastMove;
			commit(0, 'c1', 'x1');
			commit(0, 'c2', 'd1', 'd2');
			commit(1, 'c1');
			expect(store.lastMove).toBe(start + 3);
			const [second, third] = [start + 2, start + 3];
			expect(moved(0).sort()).toEqual([`c1 ${third}`, `c2 ${second}`, `d1 ${second}`, `d2 ${second}`]);
			expect(moved(second)).toEqual([`c1 ${third}`]);
			expect(moved(third)).toEqual([]);
			// a limit in the middle of a move: all of it, or none
			expect(moved(0, 2).sort()).toEqual([`c2 ${second}`, `d1 ${second}`, `d2 ${second}`]);
			expect(moved(0, 4)).toHaveLength(4);
			expect(store.moves(['d'], 0, 1)).toHaveLength(2);
		});

		test('[R6] a commit that was refused is no move', () => {
			store.commit([{ room: 'r', circle: 'c', items: [item(1, 0)] }]);
			const before = store.lastMove;
			expect(store.commit([{ room: 'r', circle: 'c', items: [item(1, 0)] }]).ok).toBe(false);
			expect(store.lastMove).toBe(before);
			expect(store.moves(['c'], before, 10)).toEqual([]);
		});

		test('[R6] each run knows its own moves, and no run shares one with another', () => {
			expect(store.movesOfRun('one')).toBeNull();
			store.beginRun('one');
			store.commit([{ room: 'r', circle: 'c', items: [item(1, 0)] }]);
			store.commit([{ room: 'r', circle: 'c', items: [item(1, 1)] }]);
			store = under.reopen?.() ?? store;
			const one = store.movesOfRun('one');
			expect(one).toEqual({ from: store.lastMove - 2, to: store.lastMove });
			expect(store.beginRun('two').ok).toBe(true);
			expect(store.movesOfRun('one')).toEqual(one);
			expect(store.movesOfRun('two')).toEqual({ from: store.lastMove, to: store.lastMove });
			expect(store.lastMove).toBe((one?.to ?? 0) + 1);
			expect(store.beginRun('two').ok).toBe(false);
		});

		test('a range is read in pages', () => {
			store.commit([{ room: 'r', circle: 'c', items: [0, 1, 2, 3, 4].map((clock) => item(5, clock)) }]);
			const page = store.read('r', { from: 1, to: 4 }, 2);
			expect(page.map(({ position, clock }) => [position, clock])).toEqual([
				[1, 1],
				[2, 2]
			]);
		});

		test('[R3] what was committed is there after it is opened again', () => {
			if (under.reopen === null) return;
			store.putSetting('a', 'b');
			store.appendEntry({ circle: 'c', seq: 0, bytes: bytes(1), devices: ['d'], invites: ['i'] });
			store.commit([{ room: 'r', circle: 'c', items: [item(1, 0), item(1, 1)] }]);
			store = under.reopen();
			expect(store.setting('a')).toBe('b');
			expect(store.entries('c', 0, 1e6).map(first)).toEqual([1]);
			expect(store.circlesOfDevice('d')).toEqual(['c']);
			expect(store.clocks('r')).toEqual(new Map([[1, 2]]));
			expect(store.commit([{ room: 'r', circle: 'c', items: [item(1, 2)] }]).ok).toBe(true);
			expect(lacking(store, new Map())).toEqual(['1:0', '1:1', '1:2']);
		});

		test('[R5] a full disk refuses writes, answers reads, and recovers in place', () => {
			let kept = 0;
			const big = (clock: number) => ({ client: 1, clock, struct: new Uint8Array(20_000).fill(clock) });
			store.commit([{ room: 'r', circle: 'c', items: [big(0)] }]);
			kept += 1;
			under.fill();
			let refused: string | null = null;
			while (refused === null && kept < 1000) {
				const written = store.commit([{ room: 'r', circle: 'c', items: [big(kept)] }]);
				if (written.ok) kept += 1;
				else refused = written.reason;
			}
			expect(refused).toBe('full');
			expect(store.clocks('r')).toEqual(new Map([[1, kept]]));
			expect(lacking(store, new Map()).length).toBe(kept);
			expect(store.probe()).toEqual({ ok: false, reason: 'full' });
			const entry = new Uint8Array(100_000);
			expect(store.appendEntry({ circle: 'c', seq: 0, bytes: entry, devices: [], invites: [] }).ok).toBe(
				false
			);
			expect(store.entries('c', 0, 1e6)).toEqual([]);
			under.free();
			expect(store.probe()).toEqual({ ok: true });
			expect(store.setting('probe')).toBeNull();
			expect(store.commit([{ room: 'r', circle: 'c', items: [big(kept)] }])).toEqual({ ok: true });
			expect(store.clocks('r')).toEqual(new Map([[1, kept + 1]]));
		});
	});
}

const bytes = (value: number): Uint8Array => Uint8Array.of(value);
const first = (entry: Uint8Array): number | undefined => entry[0];
const item = (client: number, clock: number): StoredItem => ({
	client,
	clock,
	struct: Uint8Array.of(client % 251, clock, 1, 2, 3)
});

function lacking(store: Store, have: ReadonlyMap<number, number>): string[] {
	return store
		.missing('r', have)
		.flatMap((range) => store.read('r', range, 10_000))
		.filter(({ client, clock }) => clock >= (have.get(client) ?? 0))
		.map(({ client, clock }) => `${client}:${clock}`);
}
