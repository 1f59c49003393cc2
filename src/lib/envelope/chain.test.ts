import { describe, expect, test } from 'vitest';
import { randomBytes, type Bytes } from '#lib/crypto/bytes.ts';
import { newSessionId, type DeviceId, type SessionId } from '#lib/circle/ids.ts';
import { createPerson, mutate, seededRandom, type TestPerson } from '#lib/circle/test-people.ts';
import { acceptInChain, createChains, readChains, writeChains } from './chain.ts';
import { NO_PREV } from './envelope.ts';

const [amina, ben] = (await Promise.all(['Amina', 'Ben'].map(createPerson))) as [TestPerson, TestPerson];

interface Link {
	device: DeviceId;
	session: SessionId;
	yClient: number;
	seq: number;
	prev: Bytes;
	hash: Bytes;
}

function linksOf(length: number, device = amina.device.device, yClient = 5000): Link[] {
	const session = newSessionId();
	const links: Link[] = [];
	let prev = NO_PREV;
	for (let seq = 0; seq < length; seq++) {
		const hash = randomBytes(32);
		links.push({ device, session, yClient, seq, prev, hash });
		prev = hash;
	}
	return links;
}

describe('[E3] The chain of a session', () => {
	const verdicts = (links: readonly Link[], chains = createChains()) =>
		links.map((link) => acceptInChain(chains, link, link.hash));

	test('goes on link by link; the same again is a duplicate', () => {
		const links = linksOf(100);
		const chains = createChains();
		expect(new Set(verdicts(links, chains))).toEqual(new Set(['next']));
		expect(new Set(verdicts(links, chains))).toEqual(new Set(['duplicate']));
	});

	test('shows a gap until what is missing comes', () => {
		const [zero, one, two] = linksOf(3) as [Link, Link, Link];
		expect(verdicts([zero, two, one, two])).toEqual(['next', 'gap', 'next', 'next']);
		expect(verdicts([one])).toEqual(['gap']);
	});

	test('proves forgery when two envelopes have one place, however late', () => {
		const links = linksOf(20);
		const chains = createChains();
		verdicts(links, chains);
		for (const link of links) expect(acceptInChain(chains, link, randomBytes(32))).toBe('forged');
		expect(verdicts(links, chains)).toEqual(links.map(() => 'duplicate'));
	});

	test('proves forgery when a link names another one before it', () => {
		const [zero, one] = linksOf(2) as [Link, Link];
		expect(verdicts([zero, { ...one, prev: randomBytes(32) }, one])).toEqual(['next', 'forged', 'next']);
		expect(verdicts([{ ...zero, prev: randomBytes(32) }])).toEqual(['forged']);
	});

	test('[E4] keeps a Yjs client id for one session, and a session for one device and one client id', () => {
		const [zero, one] = linksOf(2) as [Link, Link];
		const theirs = linksOf(1, ben.device.device, zero.yClient)[0]!;
		expect(verdicts([zero, theirs])).toEqual(['next', 'foreign-client']);
		expect(verdicts([zero, { ...one, device: ben.device.device }])).toEqual(['next', 'foreign-client']);
		expect(verdicts([zero, { ...one, yClient: 5001 }])).toEqual(['next', 'foreign-client']);
		// operations of a discussion have no client id to keep
		const [mine, yours] = [linksOf(1, amina.device.device, 0)[0]!, linksOf(1, ben.device.device, 0)[0]!];
		expect(verdicts([mine, yours])).toEqual(['next', 'next']);
	});

	test('goes on after a checkpoint as if there had been none', () => {
		const [links, others] = [linksOf(50), linksOf(3, ben.device.device, 6000)];
		const chains = createChains();
		verdicts([...links.slice(0, 40), ...others], chains);
		const bytes = writeChains(chains);
		expect(bytes.length).toBeLessThan(43 * 16 + 2 * 80 + 10);
		const again = readChains(bytes)!;
		expect(verdicts(links, again)).toEqual(links.map((_, i) => (i < 40 ? 'duplicate' : 'next')));
		expect(acceptInChain(again, links[7]!, randomBytes(32))).toBe('forged');
		expect(acceptInChain(again, linksOf(1, ben.device.device, 6000)[0]!, randomBytes(32))).toBe(
			'foreign-client'
		);
		expect(readChains(writeChains(createChains()))).toEqual(createChains());
	});

	test('is not read from bytes that are none', () => {
		const chains = createChains();
		verdicts(linksOf(5), chains);
		const bytes = writeChains(chains);
		const random = seededRandom(3);
		for (let i = 0; i < 3000; i++) readChains(mutate(bytes, random));
		for (const broken of [
			new Uint8Array(0),
			bytes.slice(0, -1),
			new Uint8Array([1, 0xff, 0xff, 0xff, 0xff, 0x7f])
		]) {
			expect(readChains(broken)).toBeNull();
		}
	});
});
