/** People with devices, for the stories that tests tell. Not part of the app. */
import type { Bytes } from '#lib/crypto/bytes.ts';
import { foundCircle, grantMember, inviteToCircle, joinCircle } from './actions.ts';
import { createDeviceSecrets, introduceDevice, type DeviceSecrets } from './device.ts';
import { newPersonId, type CircleId, type PersonId } from './ids.ts';
import { createLinkSecret, type LinkSecret } from './link.ts';
import { applyEntry } from './reduce.ts';
import { readEpochSecrets } from './secrets.ts';
import type { CircleKind, CircleState, Role } from './state.ts';

export interface TestPerson {
	readonly name: string;
	readonly person: PersonId;
	readonly device: DeviceSecrets;
}

export const DAY = 86_400_000;
export const NOW = 1_700_000_000_000;
const agencyOfCases = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' as CircleId;

export async function createPerson(name: string): Promise<TestPerson> {
	return { name, person: newPersonId(), device: await createDeviceSecrets() };
}

/** A circle as somebody honest keeps it: every entry must be allowed. */
export class TestCircle {
	readonly entries: Bytes[];
	state: CircleState;

	private constructor(entries: Bytes[], state: CircleState) {
		this.entries = entries;
		this.state = state;
	}

	static async found(
		founder: TestPerson,
		kind: CircleKind = 'agency',
		label = 'Harbour House'
	): Promise<TestCircle> {
		const { bytes } = await foundCircle({
			kind,
			parent: kind === 'agency' ? null : agencyOfCases,
			label,
			device: founder.device,
			person: founder.person,
			personName: founder.name,
			at: NOW
		});
		return new TestCircle([bytes], await applied(null, bytes));
	}

	async append(bytes: Bytes): Promise<this> {
		this.state = await applied(this.state, bytes);
		this.entries.push(bytes);
		return this;
	}

	/** The reason for which an entry is refused here, or 'accepted'. The state stays as it is. */
	async refusal(bytes: Uint8Array): Promise<string> {
		const verdict = await applyEntry(this.state, bytes);
		return verdict.ok ? 'accepted' : verdict.reason;
	}

	async invite(by: TestPerson, role: Role, link: LinkSecret = createLinkSecret()): Promise<Bytes> {
		const secrets = await readEpochSecrets(this.state, by.device);
		return inviteToCircle(this.state, secrets, by.device, { link, role, expires: NOW + 7 * DAY, at: NOW });
	}

	async join(who: TestPerson, link: LinkSecret, at = NOW + 1): Promise<Bytes> {
		const { person, name, device } = who;
		return (await joinCircle(this.state, device, link, { person, personName: name, at })).bytes;
	}

	async grant(by: TestPerson, to: TestPerson, role: Role): Promise<Bytes> {
		const secrets = await readEpochSecrets(this.state, by.device);
		const devices = [await introduceDevice(to.device, to.person)];
		const { person, name: personName } = to;
		return grantMember(this.state, secrets, by.device, { person, personName, role, devices, at: NOW });
	}

	/** Lets somebody in by link, the whole way. */
	async letIn(by: TestPerson, who: TestPerson, role: Role): Promise<this> {
		const link = createLinkSecret();
		await this.append(await this.invite(by, role, link));
		return this.append(await this.join(who, link));
	}
}

async function applied(state: CircleState | null, bytes: Bytes): Promise<CircleState> {
	const verdict = await applyEntry(state, bytes);
	if (!verdict.ok) throw new Error(`refused: ${verdict.reason}`);
	return verdict.value;
}

/** mulberry32: the same numbers from the same seed. */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** One to eight random wounds: flips, cuts, insertions, huge numbers. */
export function mutate(bytes: Uint8Array, random: () => number): Bytes {
	let mutated = new Uint8Array(bytes);
	const wounds = 1 + Math.floor(random() * 8);
	for (let i = 0; i < wounds; i++) {
		const at = Math.floor(random() * mutated.length);
		const kind = Math.floor(random() * 5);
		if (kind === 0) mutated[at] = (mutated[at] ?? 0) ^ (1 << Math.floor(random() * 8));
		else if (kind === 1) mutated[at] = Math.floor(random() * 256);
		else if (kind === 2) mutated = mutated.slice(0, at);
		else if (kind === 3) mutated.fill(0xff, at, at + 1 + Math.floor(random() * 7));
		else {
			const longer = new Uint8Array(mutated.length + 1);
			longer.set(mutated.subarray(0, at));
			longer[at] = Math.floor(random() * 256);
			longer.set(mutated.subarray(at), at + 1);
			mutated = longer;
		}
	}
	return mutated;
}
