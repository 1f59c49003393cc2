/** What two people compare by phone to know that nobody stands between them [I3]. */
import { concatBytes, joinBytes, sha256, type Bytes, utf8 } from '#lib/crypto/bytes.ts';

/** Makes guessing keys that show the same digits a thousand times as dear. */
const ROUNDS = 1000;
const GROUPS = 6;

/**
 * 30 digits in six groups of five; the same for both, in whatever order the people and their keys are given. Changes
 * whenever a device of either comes or goes. `keys…`: the signing keys of all devices of one person.
 */
export async function safetyNumber(keysOfA: readonly Bytes[], keysOfB: readonly Bytes[]): Promise<string> {
	const [first, second] = [await digestOf(keysOfA), await digestOf(keysOfB)].sort(compare);
	if (first === undefined || second === undefined) throw new Error('two people make two digests');
	let hash = await sha256(concatBytes(utf8('safety-v1'), first, second));
	for (let round = 0; round < ROUNDS; round++) hash = await sha256(concatBytes(hash, first, second));
	const groups: string[] = [];
	for (let at = 0; at < GROUPS; at++) {
		let number = 0;
		for (const byte of hash.subarray(at * 5, at * 5 + 5)) number = number * 256 + byte;
		groups.push(String(number % 100_000).padStart(5, '0'));
	}
	return groups.join(' ');
}

/** Keys have one length, so joined keys can be read in one way only. */
function digestOf(keys: readonly Bytes[]): Promise<Bytes> {
	return sha256(joinBytes([...keys].sort(compare)));
}

function compare(a: Bytes, b: Bytes): number {
	for (let i = 0; i < Math.min(a.length, b.length); i++) {
		const difference = (a[i] ?? 0) - (b[i] ?? 0);
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}
