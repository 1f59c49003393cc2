import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { readLogUpdate, type LogItem } from '#lib/envelope/log.ts';
import { Forwarding } from './forwarding.ts';
import { readRoomFrame } from './frames.ts';
import { LIMITS } from './limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Person {
	isLive = true;
	readonly frames: string[][] = [];
	readonly peer = {
		send: (frame: Uint8Array) => {
			const read = readRoomFrame(frame);
			if (read?.type !== 'update') throw new Error('no update');
			const items = readLogUpdate(read.update);
			if (!items.ok) throw new Error(items.reason);
			this.frames.push(items.value.map(({ client, clock }) => `${client}:${clock}`));
		}
	};
}

/** What one device writes, one item behind the other. */
function writer(client: number): (size?: number) => LogItem[] {
	const log = new Y.Doc({ gc: false });
	log.clientID = client;
	const updates: Uint8Array[] = [];
	log.on('update', (update: Uint8Array) => updates.push(update));
	return (size = 1) => {
		log.getArray('log').push([new Uint8Array(size)]);
		const read = readLogUpdate(updates.shift() ?? new Uint8Array());
		if (!read.ok) throw new Error(read.reason);
		return [...read.value];
	};
}

function meeting(people: number) {
	const all = Array.from({ length: people }, () => new Person());
	const readers = new Set<Person>(all);
	const forwarding = new Forwarding(readers);
	const [amina, ben, carol] = all;
	if (amina === undefined || ben === undefined || carol === undefined) throw new Error('too few people');
	return { all, readers, forwarding, amina, ben, carol };
}

test('[R3] where two write to each other nothing waits', () => {
	const { readers, forwarding, amina, ben, carol } = meeting(3);
	readers.delete(carol);
	const write = writer(1);
	for (let letter = 0; letter < 3; letter++) forwarding.forward(amina, write());
	expect(ben.frames).toEqual([['1:0'], ['1:1'], ['1:2']]);
	expect(amina.frames).toEqual([]);
});

test('[R3] in a meeting the first goes at once, the rest together; everybody gets each once, and nothing of their own', () => {
	const { all, forwarding, amina, ben, carol } = meeting(20);
	const [aminas, bens] = [writer(1), writer(2)];
	forwarding.forward(amina, aminas());
	expect(ben.frames).toEqual([['1:0']]);
	forwarding.forward(ben, bens());
	forwarding.forward(amina, aminas());
	forwarding.forward(ben, bens());
	expect(carol.frames).toEqual([['1:0']]);
	vi.advanceTimersByTime(LIMITS.forward);
	expect(amina.frames).toEqual([['2:0', '2:1']]);
	expect(ben.frames).toEqual([['1:0'], ['1:1']]);
	for (const other of all.slice(2)) expect(other.frames).toEqual([['1:0'], ['2:0', '2:1', '1:1']]);
	vi.advanceTimersByTime(10 * LIMITS.forward);
	forwarding.forward(carol, writer(3)());
	expect(amina.frames.at(-1)).toEqual(['3:0']);
});

test('who has not everything yet is given it elsewhere; much at once does not wait; nothing goes out after the end', () => {
	const { forwarding, amina, ben, carol } = meeting(20);
	carol.isLive = false;
	const write = writer(1);
	forwarding.forward(amina, write());
	forwarding.forward(amina, write(LIMITS.chunk));
	expect(ben.frames).toEqual([['1:0'], ['1:1']]);
	forwarding.forward(amina, write());
	forwarding.close();
	vi.advanceTimersByTime(LIMITS.forward);
	expect(ben.frames).toHaveLength(2);
	expect(carol.frames).toEqual([]);
});
