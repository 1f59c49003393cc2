import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { beginEpoch } from '#lib/circle/removal.ts';
import { readEpochSecrets } from '#lib/circle/secrets.ts';
import { newDocumentId } from '#lib/circle/ids.ts';
import {
	createPerson,
	mutate,
	NOW,
	seededRandom,
	TestCircle,
	type TestPerson
} from '#lib/circle/test-people.ts';
import { checkContent, checkOperations, checkHeader, checkWriter, FIRST_SESSION_CLIENT } from './check.ts';
import { OPERATIONS_FIELD } from './room.ts';
import { headerOf } from './test-envelopes.ts';

const [amina, ben, chidi, dara, mallory] = (await Promise.all(
	['Amina', 'Ben', 'Chidi', 'Dara', 'Mallory'].map(createPerson)
)) as [TestPerson, TestPerson, TestPerson, TestPerson, TestPerson];

async function caseFile(): Promise<TestCircle> {
	const circle = await TestCircle.found(amina, 'case');
	await circle.letIn(amina, ben, 'editor');
	await circle.letIn(amina, chidi, 'commenter');
	return circle.letIn(amina, dara, 'reader');
}

const reasonOf = (verdict: { ok: true } | { ok: false; reason: string }) =>
	verdict.ok ? 'ok' : verdict.reason;

describe('[E1] A header', () => {
	test('is for its own room only', async () => {
		const header = headerOf(await caseFile(), ben);
		expect(reasonOf(checkHeader(header, header))).toBe('ok');
		const other = await TestCircle.found(amina);
		for (const room of [
			{ ...header, document: newDocumentId() },
			{ ...header, lane: 'discussion' as const },
			{ ...header, generation: 1 },
			{ ...header, circle: other.state.circle }
		]) {
			expect(reasonOf(checkHeader(header, room))).toBe('wrong-room');
		}
	});

	test('names a kind that belongs in its lane', async () => {
		const header = headerOf(await caseFile(), ben);
		const reason = (kind: 'update' | 'ops' | 'snapshot' | 'adopt', lane: 'body' | 'discussion') =>
			reasonOf(checkHeader({ ...header, kind, lane }, { ...header, lane }));
		expect([reason('ops', 'body'), reason('update', 'discussion')]).toEqual(['wrong-kind', 'wrong-kind']);
		expect([reason('update', 'body'), reason('ops', 'discussion')]).toEqual(['ok', 'ok']);
	});
});

describe('[E2] A writer', () => {
	test('writes the body as owner or editor, the discussion also as commenter', async () => {
		const circle = await caseFile();
		const table = [amina, ben, chidi, dara, mallory].map((who) =>
			(['body', 'discussion'] as const).map((lane) =>
				reasonOf(checkWriter(headerOf(circle, who, { lane }), circle.state))
			)
		);
		expect(table).toEqual([
			['ok', 'ok'],
			['ok', 'ok'],
			['may-not-write', 'ok'],
			['may-not-write', 'may-not-write'],
			['not-a-member', 'not-a-member']
		]);
	});

	test('is judged where the header says: not before they came, not after they left', async () => {
		const circle = await caseFile();
		const at = (seq: number) => ({ seq, hash: circle.state.hashes[seq]! });
		const reason = (circleHead: { seq: number; hash: Uint8Array<ArrayBuffer> }, state = circle.state) =>
			reasonOf(checkWriter(headerOf(circle, ben, { circleHead }), state));
		expect([reason(at(1)), reason(at(2))]).toEqual(['not-a-member', 'ok']);
		const gone = { ...circle.state.devices.get(ben.device.device)!, removedAt: 5 };
		const devices = new Map(circle.state.devices).set(ben.device.device, gone);
		expect([
			reason(at(4), { ...circle.state, devices }),
			reason(at(5), { ...circle.state, devices })
		]).toEqual(['ok', 'not-a-member']);
		const demoted = {
			...circle.state.people.get(ben.person)!,
			roles: [
				{ seq: 2, role: 'editor' as const, guest: false, until: null },
				{ seq: 6, role: 'reader' as const, guest: false, until: null }
			]
		};
		const people = new Map(circle.state.people).set(ben.person, demoted);
		expect([reason(at(5), { ...circle.state, people }), reason(at(6), { ...circle.state, people })]).toEqual([
			'ok',
			'may-not-write'
		]);
	});

	test('names a head that we know; a newer one is fetched, another one is told', async () => {
		const circle = await caseFile();
		const reason = (circleHead: { seq: number; hash: Uint8Array<ArrayBuffer> }) =>
			reasonOf(checkWriter(headerOf(circle, ben, { circleHead }), circle.state));
		expect(reason({ seq: 7, hash: randomBytes(32) })).toBe('unknown-head');
		expect(reason({ seq: 6, hash: randomBytes(32) })).toBe('forked-head');
		const other = await TestCircle.found(amina);
		expect(reasonOf(checkWriter(headerOf(other, amina), circle.state))).toBe('unknown-head');
	});

	test('writes in the epoch of the head they name', async () => {
		const circle = await caseFile();
		const old = circle.state.head;
		const secrets = await readEpochSecrets(circle.state, amina.device);
		await circle.append((await beginEpoch(circle.state, secrets, amina.device, { cuts: [], at: NOW })).bytes);
		const reason = (circleHead: typeof old, epoch: number) =>
			reasonOf(checkWriter(headerOf(circle, ben, { circleHead, epoch }), circle.state));
		expect([reason(old, 0), reason(old, 1)]).toEqual(['ok', 'wrong-epoch']);
		expect([reason(circle.state.head, 1), reason(circle.state.head, 0)]).toEqual(['ok', 'wrong-epoch']);
	});
});

describe('[E4] Content', () => {
	function edited(yClient: number, base?: Uint8Array): Uint8Array {
		const doc = new Y.Doc();
		doc.clientID = yClient;
		if (base) Y.applyUpdate(doc, base, 'remote');
		const updates: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => updates.push(update));
		doc.getText('t').insert(0, 'housing');
		doc.getText('t').format(0, 3, { bold: true });
		doc.getText('t').delete(1, 2);
		doc.getMap('m').set('due', '2027-05-01');
		doc.getXmlFragment('body').push([new Y.XmlElement('goal')]);
		// gone before anybody saw it: Yjs sends the empty place
		doc.transact(() => {
			doc.getArray('a').push([{ deep: [1, 2, 3] }]);
			doc.getArray('a').delete(0, 1);
		});
		return Y.mergeUpdates(updates);
	}

	test('of one session passes, also when it changes what others wrote', () => {
		expect(reasonOf(checkContent(edited(5000), 5000))).toBe('ok');
		const doc = new Y.Doc();
		doc.getText('t').insert(0, 'by somebody else');
		const update = edited(5001, Y.encodeStateAsUpdate(doc));
		expect(reasonOf(checkContent(update, 5001))).toBe('ok');
	});

	test('with one foreign struct is refused, wherever it hides', () => {
		expect(reasonOf(checkContent(edited(5000), 5001))).toBe('foreign-client');
		const both = Y.mergeUpdates([edited(5000), edited(4999)]);
		expect(reasonOf(checkContent(both, 5000))).toBe('foreign-client');
		expect(reasonOf(checkContent(both, 4999))).toBe('foreign-client');
		const doc = new Y.Doc();
		const whole = edited(6000, edited(5000));
		Y.applyUpdate(doc, edited(5000));
		Y.applyUpdate(doc, whole);
		expect(reasonOf(checkContent(Y.encodeStateAsUpdate(doc), 6000))).toBe('foreign-client');
	});

	test('[V4] never speaks for a template', () => {
		expect(reasonOf(checkContent(edited(7), 7))).toBe('foreign-client');
		expect(reasonOf(checkContent(edited(FIRST_SESSION_CLIENT), FIRST_SESSION_CLIENT))).toBe('ok');
	});

	test('with documents inside, with structs of no length, or that is no update is refused', () => {
		const doc = new Y.Doc();
		doc.clientID = 5000;
		doc.getMap('m').set('sub', new Y.Doc());
		expect(reasonOf(checkContent(Y.encodeStateAsUpdate(doc), 5000))).toBe('malformed-update');
		// one client, one GC struct of length 0, clock 0, no deletions
		expect(reasonOf(checkContent(new Uint8Array([1, 1, 0x88, 0x27, 0, 0, 0, 0]), 5000))).toBe(
			'malformed-update'
		);
		for (const bytes of [
			new Uint8Array(0),
			new Uint8Array(40).fill(0xff),
			new Uint8Array([0xff, 0xff, 0xff, 0x7f])
		]) {
			expect(reasonOf(checkContent(bytes, 5000))).toBe('malformed-update');
		}
	});

	test('never makes the check throw or linger', () => {
		const update = edited(5000);
		const random = seededRandom(4);
		for (let i = 0; i < 10_000; i++) checkContent(mutate(update, random), 5000);
	});
});

describe('[D1] [D2] A discussion', () => {
	const said = (change: (doc: Y.Doc) => void, before?: Uint8Array) => {
		const doc = new Y.Doc();
		if (before !== undefined) Y.applyUpdate(doc, before);
		doc.clientID = 70_000;
		const vector = Y.encodeStateVector(doc);
		change(doc);
		return Y.encodeStateAsUpdate(doc, vector);
	};
	const list = (doc: Y.Doc) => doc.getArray(OPERATIONS_FIELD);
	const first = said((doc) => list(doc).push([{ type: 'thread' }]));

	test('takes what is added to its list, alone or behind what others said', () => {
		expect(reasonOf(checkOperations(first, 70_000))).toBe('ok');
		const next = said((doc) => list(doc).push([{ type: 'reply' }, { type: 'resolve' }]), remote(first));
		expect(reasonOf(checkOperations(next, 70_000))).toBe('ok');
	});

	test('refuses to delete, to write elsewhere, to write text or types, and to write as somebody else', () => {
		const before = remote(first);
		const deleting = said((doc) => list(doc).delete(0, 1), before);
		const elsewhere = said((doc) => doc.getArray('other').push(['x']));
		const keyed = said((doc) => doc.getMap(OPERATIONS_FIELD).set('thread', 'x'));
		const text = said((doc) => doc.getText(OPERATIONS_FIELD).insert(0, 'x'));
		const nested = said((doc) => list(doc).push([new Y.Map()]));
		for (const update of [deleting, elsewhere, keyed, text, nested])
			expect(reasonOf(checkOperations(update, 70_000))).toBe('not-an-operation');
		expect(reasonOf(checkOperations(first, 70_001))).toBe('foreign-client');
	});

	/** The same update, written by another client. */
	function remote(update: Uint8Array): Uint8Array {
		const doc = new Y.Doc();
		doc.clientID = 80_000;
		const source = new Y.Doc();
		Y.applyUpdate(source, update);
		list(doc).push(list(source).toArray());
		return Y.encodeStateAsUpdate(doc);
	}
});
