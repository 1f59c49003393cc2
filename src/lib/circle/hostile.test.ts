/** Bytes that nobody honest would write. */
import { encode, rfc8949EncodeOptions } from 'cborg';
import { describe, expect, test } from 'vitest';
import { concatBytes, randomBytes, utf8 } from '#lib/crypto/bytes.ts';
import { sign } from '#lib/crypto/sign.ts';
import { MAX_ENTRY, readEntry, writeEntry } from './entry.ts';
import { compareLogs, checkPinnedHead } from './heads.ts';
import { idBytes } from './ids.ts';
import { applyEntry } from './reduce.ts';
import { createPerson, mutate, NOW, seededRandom, TestCircle, type TestPerson } from './test-people.ts';

const [amina, ben] = (await Promise.all(['Amina', 'Ben'].map(createPerson))) as [TestPerson, TestPerson];

async function signed(payload: unknown): Promise<Uint8Array> {
	const bytes = payload instanceof Uint8Array ? payload : encode(payload, rfc8949EncodeOptions);
	return concatBytes(await sign(amina.device.signing, concatBytes(utf8('circle-v1'), bytes)), bytes);
}

describe('[C1] Reading an entry', () => {
	test('never throws, whatever the bytes', async () => {
		const circle = await (await TestCircle.found(amina)).letIn(amina, ben, 'editor');
		const seed = 20261122;
		const random = seededRandom(seed);
		let accepted = 0;
		for (let i = 0; i < 3000; i++) {
			const entry = circle.entries[i % circle.entries.length]!;
			const read = await readEntry(mutate(entry, random));
			if (read.ok) accepted++;
		}
		// wounds inside keys and sealed bytes keep the shape; the signature is what refuses those
		expect(accepted, `seed ${seed}`).toBeGreaterThan(0);
		for (let i = 0; i < 500; i++) await readEntry(randomBytes(Math.floor(random() * 400)));
	});

	test('refuses what is nested, endless or too large, quickly', async () => {
		const nested = new Uint8Array(200_000).fill(0x81);
		const hugeArray = new Uint8Array([0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]);
		const hugeBytes = new Uint8Array([0x5b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]);
		for (const payload of [nested, hugeArray, hugeBytes, new Uint8Array([0xbf, 0xff]), utf8('')]) {
			expect(await readEntry(await signed(payload))).toEqual({ ok: false, reason: 'malformed' });
		}
		expect(await readEntry(new Uint8Array(MAX_ENTRY + 1))).toEqual({ ok: false, reason: 'too-large' });
		expect(await readEntry(new Uint8Array(0))).toEqual({ ok: false, reason: 'malformed' });
	});

	test('judges every field: type, length, bounds', async () => {
		const circle = await TestCircle.found(amina);
		const { state } = circle;
		const frame = {
			v: 1,
			circle: idBytes(state.circle),
			seq: 1,
			prev: state.head.hash,
			at: NOW,
			type: 'invite-withdraw',
			body: { key: ben.device.signing.publicKey },
			by: idBytes(amina.device.device)
		};
		expect((await readEntry(await signed(frame))).ok).toBe(true);
		const changes: Record<string, unknown[]> = {
			v: [0, -1, '1', null, 1.5],
			circle: [null, randomBytes(31), 'x', 3],
			seq: [0, -1, 1.5, 2 ** 40, '1'],
			prev: [null, randomBytes(33), 7],
			at: [-1, 1.5, null, 'now'],
			type: [null, 5, 'x'.repeat(65)],
			by: [randomBytes(15), null, 'me'],
			body: [null, 5, [], {}, { key: null }, { key: randomBytes(31) }, { key: new Uint8Array(32) }]
		};
		for (const [field, values] of Object.entries(changes)) {
			for (const value of values) {
				const read = await readEntry(await signed({ ...frame, [field]: value }));
				expect(read, `${field}: ${String(value)}`).toEqual({ ok: false, reason: 'malformed' });
			}
			const rest: Record<string, unknown> = { ...frame };
			delete rest[field];
			expect((await readEntry(await signed(rest))).ok, `without ${field}`).toBe(false);
		}
	});

	test('is not fooled by names that every object has', async () => {
		const circle = await TestCircle.found(amina);
		for (const type of ['constructor', '__proto__', 'toString']) {
			const bytes = await writeEntry(circle.state, amina.device, type, {}, NOW);
			const read = await readEntry(bytes);
			expect(read.ok && read.value.type).toBe('newer');
		}
		const polluted = JSON.parse('{"__proto__": {"v": 1}}') as Record<string, unknown>;
		expect((await readEntry(await signed(polluted))).ok).toBe(false);
	});

	test('keeps the exact bytes, apart from the buffer they came in', async () => {
		const { entries } = await TestCircle.found(amina);
		const frame = concatBytes(new Uint8Array(7), entries[0]!);
		const read = await readEntry(frame.subarray(7));
		frame.fill(0);
		expect(read.ok && read.value.bytes).toEqual(entries[0]);
		expect(read.ok && (await applyEntry(null, read.value.bytes)).ok).toBe(true);
	});
});

describe('[C3] A pinned head', () => {
	test('notices a log that is shorter, another, or parted', async () => {
		const circle = await TestCircle.found(amina);
		const short = { circle: circle.state.circle, head: circle.state.head };
		const before = circle.state;
		const [one, two] = [await circle.invite(amina, 'editor'), await circle.invite(amina, 'reader')];
		const other = await applyEntry(before, two);
		await circle.append(one);
		const pinned = { circle: circle.state.circle, head: circle.state.head };
		expect(checkPinnedHead(pinned, circle.state)).toEqual({ ok: true, value: 'same' });
		expect(checkPinnedHead(short, circle.state)).toEqual({ ok: true, value: 'longer' });
		expect(checkPinnedHead(pinned, before)).toEqual({ ok: false, reason: 'shorter' });
		expect(other.ok && checkPinnedHead(pinned, other.value)).toEqual({ ok: false, reason: 'forked' });
		const foreign = await TestCircle.found(amina);
		expect(checkPinnedHead(pinned, foreign.state)).toEqual({ ok: false, reason: 'different' });
	});

	test('keeps two entries with one prev as proof', async () => {
		const circle = await TestCircle.found(amina);
		const first = circle.entries[0]!;
		const [one, two] = [await circle.invite(amina, 'editor'), await circle.invite(amina, 'reader')];
		expect(await compareLogs([first, one], [first, two])).toEqual({ seq: 1, ours: one, theirs: two });
		expect(await compareLogs([first, one], [first])).toBeNull();
		expect(await compareLogs([first, one], [first, one])).toBeNull();
		expect(await compareLogs([first, one], [first, randomBytes(300)])).toBeNull();
	});
});
