/**
 * A case or agency that this device may not open any more: what happened, and what is left here. The model of the
 * page that is shown in its place.
 */
import { readEntry, type Entry } from '#lib/circle/entry.ts';
import type { DeviceId } from '#lib/circle/ids.ts';
import { endOf } from '#lib/circle/roles.ts';
import type { KnownCircle } from '../known-circle.ts';
import type { Session } from '../session.svelte.ts';
import { unsentEnvelopes, unsentWords } from './unsent-words.ts';

export interface Notice {
	/** `over`: the last day has passed. `device`: the person is still in, this device is not. */
	readonly how: 'removed' | 'left' | 'device' | 'over';
	/** The team that we were in by: it was taken out, or we are not in it any more. Null: we were in by ourselves. */
	readonly team: { readonly name: string; readonly isIn: boolean } | null;
	/** Who did it; null where it was a day that ended it. */
	readonly byName: string | null;
	readonly byMe: boolean;
	/** ms, by the clock of who did it. */
	readonly at: number;
}

export class FormerCircle {
	#session: Session;
	#known: KnownCircle;

	constructor(session: Session, known: KnownCircle) {
		this.#session = session;
		this.#known = known;
	}

	get name(): string {
		const { state, label, circle } = this.#known;
		return state.kind === 'agency' ? label : this.#session.titleOfCircle(circle);
	}

	/** What happened, as the signed log says it; null: this device was never in, or still is. */
	async notice(): Promise<Notice | null> {
		const { state } = this.#known;
		const device = state.devices.get(this.#session.vault.device.device);
		const member = device === undefined ? undefined : state.people.get(device.person);
		if (device === undefined || member === undefined) return this.#teamNotice();
		const until = member.roles.findLast(({ role }) => role !== null)?.until ?? null;
		if (device.removedAt === null) {
			return until !== null && until <= Date.now()
				? { how: 'over', team: null, byName: null, byMe: false, at: until }
				: null;
		}
		const entry = await this.#entryAt(device.removedAt);
		if (entry === null) return null;
		const { type, by, at } = entry;
		// an owner's app only writes down what the date has ended
		if (until !== null && until <= at)
			return { how: 'over', team: null, byName: null, byMe: false, at: until };
		const who = state.devices.get(by)?.person ?? null;
		return {
			how: type === 'leave' ? 'left' : type === 'device-remove' ? 'device' : 'removed',
			team: null,
			byName: this.#nameOf(by),
			byMe: who === device.person,
			at
		};
	}

	/** In by a team only: that was taken out, or we are not in it any more. */
	async #teamNotice(): Promise<Notice | null> {
		const known = this.#known;
		const seq = endOf(known.state, this.#session.vault.device.device);
		for (const member of known.state.circles.values()) {
			const name = known.nameOfCircle(member.circle);
			if (seq !== null && member.roles.at(-1)?.seq === seq) {
				const entry = await this.#entryAt(seq);
				if (entry === null) return null;
				const byName = this.#nameOf(entry.by);
				return { how: 'removed', team: { name, isIn: true }, byName, byMe: false, at: entry.at };
			}
			const team = this.#session.circles.get(member.circle);
			const notice = team === undefined ? null : await new FormerCircle(this.#session, team).notice();
			if (notice !== null) return { ...notice, team: { name, isIn: false } };
		}
		return null;
	}

	async #entryAt(seq: number): Promise<Entry | null> {
		const bytes = this.#known.entries[seq];
		const entry = bytes === undefined ? null : await readEntry(bytes);
		return entry?.ok === true ? entry.value : null;
	}

	#nameOf(device: DeviceId): string {
		const person = this.#known.state.devices.get(device)?.person;
		return person === undefined ? 'Somebody' : this.#known.nameOf(person);
	}

	/** Changes of mine that nobody else has. */
	async unsent(): Promise<number> {
		return (await unsentEnvelopes(this.#session, this.#known)).length;
	}

	/** The words in them, to keep or to hand to somebody who is in. */
	async unsentText(): Promise<string> {
		const parts = await unsentWords(this.#session, this.#known);
		const title = `Not sent: ${this.name}`;
		return [title, ...parts.map((part) => [part.title, ...part.words].join('\n')), ''].join('\n\n');
	}
}
