/**
 * People with devices, an agency and a case they are all in: `foundTeam(['amina', 'ben'])`.
 * Circles are kept in memory; nothing here talks to a relay.
 */
import { foundCircle, grantMember } from '#lib/circle/actions.ts';
import { createDeviceSecrets, introduceDevice, type DeviceSecrets } from '#lib/circle/device.ts';
import { newPersonId, type CircleId, type PersonId } from '#lib/circle/ids.ts';
import { applyEntry } from '#lib/circle/reduce.ts';
import { readEpochSecrets, type EpochSecrets } from '#lib/circle/secrets.ts';
import type { CircleKind, CircleState, Role } from '#lib/circle/state.ts';
import type { Bytes } from '#lib/crypto/bytes.ts';
import { generateSealingSecret, type SealingSecret } from '#lib/crypto/seal.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { FollowedCircle } from '#lib/sync/options.ts';

export interface Somebody {
	readonly name: string;
	readonly person: PersonId;
	readonly device: DeviceSecrets;
	readonly deviceSecret: SealingSecret;
}

export interface Team {
	/** In the order of their names; the first founded both circles. */
	readonly people: readonly Somebody[];
	readonly agency: CircleLog;
	readonly case: CircleLog;
	named(name: string): Somebody;
}

/** One circle's log, growing; what a relay that is always there would hand out. */
export class CircleLog {
	readonly entries: Bytes[] = [];
	#state: CircleState | null = null;
	readonly #listeners = new Set<() => void>();
	#appending: Promise<unknown> = Promise.resolve();
	/** Where a device's own entries go first; without it no device can append. */
	relay: ((circle: CircleId, entry: Bytes) => Promise<Verdict<void>>) | null = null;

	get state(): CircleState {
		if (this.#state === null) throw new Error('this circle has not been founded');
		return this.#state;
	}

	get circle(): CircleId {
		return this.state.circle;
	}

	async append(bytes: Bytes): Promise<void> {
		const applied = await applyEntry(this.#state, bytes);
		if (!applied.ok) throw new Error(`the test made an entry that is refused: ${applied.reason}`);
		this.#state = applied.value;
		this.entries.push(bytes);
		for (const listener of this.#listeners) listener();
	}

	/** What one device knows of it: always all, and the secrets it can open. */
	async followedBy({ device }: Somebody): Promise<FollowedCircle> {
		let secrets: EpochSecrets = await readEpochSecrets(this.state, device);
		const read = () => this.state;
		return {
			get state() {
				return read();
			},
			get secrets() {
				return secrets;
			},
			refresh: async () => {
				secrets = await readEpochSecrets(this.state, device);
			},
			onChange: (listener) => {
				this.#listeners.add(listener);
				return () => this.#listeners.delete(listener);
			},
			append: (build) => {
				const done = this.#appending.then(async (): Promise<Verdict<void>> => {
					const entry = await build(this.state);
					if (entry === null) return { ok: true, value: undefined };
					if (this.relay === null) return { ok: false, reason: 'offline' };
					const answer = await this.relay(this.circle, entry);
					if (answer.ok) await this.append(entry);
					return answer;
				});
				this.#appending = done.catch(() => undefined);
				return done;
			}
		};
	}
}

export async function foundTeam(
	names: readonly string[],
	{ role = 'editor', at = Date.now() }: { role?: Role; at?: number } = {}
): Promise<Team> {
	const people = await Promise.all(names.map(createSomebody));
	const [founder, ...others] = people;
	if (founder === undefined) throw new Error('a team needs somebody');
	const agency = await foundLog('agency', null, founder, at);
	const caseLog = await foundLog('case', agency.circle, founder, at);
	for (const other of others) await admit(caseLog, founder, other, role, at);
	const named = (name: string): Somebody => {
		const found = people.find((somebody) => somebody.name === name);
		if (found === undefined) throw new Error(`nobody is called ${name}`);
		return found;
	};
	return { people, agency, case: caseLog, named };
}

export async function createSomebody(name: string): Promise<Somebody> {
	const [device, deviceSecret] = await Promise.all([createDeviceSecrets(), generateSealingSecret()]);
	return { name, person: newPersonId(), device, deviceSecret };
}

/** Lets somebody in. */
export async function admit(
	log: CircleLog,
	by: Somebody,
	who: Somebody,
	role: Role,
	at: number
): Promise<void> {
	const secrets = await readEpochSecrets(log.state, by.device);
	const entry = await grantMember(log.state, secrets, by.device, {
		person: who.person,
		personName: who.name,
		role,
		devices: [await introduceDevice(who.device, who.person)],
		at
	});
	await log.append(entry);
}

async function foundLog(
	kind: CircleKind,
	parent: CircleId | null,
	by: Somebody,
	at: number
): Promise<CircleLog> {
	const { device, person, name } = by;
	const founded = await foundCircle({
		kind,
		parent,
		label: 'Harbour House',
		device,
		person,
		personName: name,
		at
	});
	const log = new CircleLog();
	await log.append(founded.bytes);
	return log;
}
