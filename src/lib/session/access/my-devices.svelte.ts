/**
 * The devices of the person who works here: which there are, how another is added, how a lost one is shut out
 * everywhere. The model of the page "My devices".
 *
 * What a device is called is kept sealed on this device, and nobody else is told.
 */
import { addDevice, withdrawInvite } from '#lib/circle/actions.ts';
import type { LinkSecret } from '#lib/circle/link.ts';
import { devicesOf, isGuest, ownersOf } from '#lib/circle/roles.ts';
import { safetyNumber } from '#lib/circle/safety.ts';
import { openRequestNameByLink } from '#lib/circle/secrets.ts';
import type { JoinRequest } from '#lib/circle/state.ts';
import { fromBase64Url } from '#lib/crypto/bytes.ts';
import { deviceIdOf, type DeviceId } from '#lib/circle/ids.ts';
import type { Outcome } from '../case-file.svelte.ts';
import { makeOwnDeviceLink } from '../invitations.ts';
import type { KnownCircle } from '../known-circle.ts';
import { listNames, nameSome, sentenceFor } from '../sentences.ts';
import type { Session } from '../session.svelte.ts';
import { shutOutDevice } from './ending.ts';
import { missingDevices, ownCircles, ownDeviceDates, ownDevicesIn, spreadDevices } from './own-devices.ts';
import { Progress } from './progress.svelte.ts';

export interface MyDevice {
	readonly device: DeviceId;
	/** '' as long as nobody has named it here. */
	readonly name: string;
	/** The one in front of the person. */
	readonly here: boolean;
	/** ms */
	readonly since: number;
}

/** A link that is being shown. */
export interface OwnDeviceLink {
	readonly link: string;
	/** ms */
	readonly expires: number;
	readonly key: string;
	readonly secret: LinkSecret;
	readonly known: KnownCircle;
}

/** What asks to become a device of mine. `number`: to be compared with what its screen shows [I3]. */
export interface AskingDevice {
	readonly name: string;
	readonly number: string;
}

export class MyDevices {
	#session: Session;
	readonly progress = new Progress();

	constructor(session: Session) {
		this.#session = session;
	}

	/** This one first, then the newest. */
	get all(): readonly MyDevice[] {
		const session = this.#session;
		session.follow();
		const here = session.vault.device.device;
		return [...ownDeviceDates(session)]
			.map(([device, since]) => ({ device, name: session.deviceName(device), here: device === here, since }))
			.sort((a, b) => Number(b.here) - Number(a.here) || b.since - a.since);
	}

	/** In how many cases and teams a device of mine is still missing. */
	get missing(): number {
		this.#session.follow();
		return missingDevices(this.#session).length;
	}

	/**
	 * Guests hold no keys that a removal must make anew, so somebody else has to do it: who, where I am one. `all`: I am
	 * one everywhere.
	 */
	get removedByOthers(): { readonly who: string; readonly all: boolean } | null {
		this.#session.follow();
		const circles = ownCircles(this.#session);
		const asGuest = circles.filter(({ state }) => isGuest(state, this.#session.vault.device.device));
		const names = asGuest.flatMap((known) => ownersOf(known.state).map((owner) => known.nameOf(owner)));
		if (asGuest.length === 0) return null;
		return {
			who: listNames(names.filter((name, at) => names.indexOf(name) === at)),
			all: asGuest.length === circles.length
		};
	}

	rename(device: DeviceId, name: string): Promise<void> {
		return this.#session.nameDevice(device, name.trim());
	}

	/** A link that works once and for ten minutes. Whoever opens it asks; it gives nothing by itself. */
	async makeLink(): Promise<{ ok: true; value: OwnDeviceLink } | { ok: false; message: string }> {
		const session = this.#session;
		const known = session.agency?.directRole == null ? ownCircles(session)[0] : session.agency;
		if (!(await session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		if (known === undefined) return { ok: false, message: sentenceFor('not-a-member') };
		const made = await makeOwnDeviceLink(session.circles, session.vault, known, location.origin, Date.now());
		if (!made.ok) return { ok: false, message: sentenceFor(made.reason) };
		return { ok: true, value: { ...made.value, known } };
	}

	/** Null as long as nobody has opened the link. */
	async asking({ known, key, secret }: OwnDeviceLink): Promise<AskingDevice | null> {
		const request = this.requestOf(key, known);
		if (request === null) return null;
		const keys = devicesOf(known.state, this.#session.myPerson).map(({ signKey }) => signKey);
		return {
			name: (await openRequestNameByLink(secret, known.circle, request)) ?? '',
			number: await safetyNumber([request.signKey], keys)
		};
	}

	requestOf(key: string, known: KnownCircle): JoinRequest | null {
		this.#session.follow();
		return known.state.invites.get(key)?.request ?? null;
	}

	/** The numbers are the same: it is let in here, and then everywhere. */
	async accept({ known, key }: OwnDeviceLink, name: string): Promise<Outcome> {
		const session = this.#session;
		const request = this.requestOf(key, known);
		const inviteKey = fromBase64Url(key);
		if (request === null || inviteKey === null) return { ok: false, message: sentenceFor('request-gone') };
		if (known.state.invites.get(key)?.state === 'requested') {
			const added = await session.circles.append(known, (state) =>
				addDevice(state, known.secrets, session.vault.device, {
					person: session.myPerson,
					newDevice: request,
					request: inviteKey,
					at: Date.now()
				})
			);
			if (!added.ok) return { ok: false, message: sentenceFor(added.reason) };
		}
		await session.nameDevice(await deviceIdOf(request.signKey), name.trim());
		return this.finish();
	}

	/** Nobody comes in with this link any more. */
	async withdraw({ known, key }: OwnDeviceLink): Promise<Outcome> {
		const inviteKey = fromBase64Url(key);
		const state = known.state.invites.get(key)?.state;
		if (inviteKey === null || state === 'used' || state === 'withdrawn') return { ok: true };
		const done = await this.#session.circles.append(known, (newest) =>
			withdrawInvite(newest, this.#session.vault.device, inviteKey, Date.now())
		);
		return done.ok ? { ok: true } : { ok: false, message: sentenceFor(done.reason) };
	}

	/** Goes on where adding a device stopped. */
	async finish(): Promise<Outcome> {
		const spread = await spreadDevices(this.#session, this.progress);
		return spread.ok ? { ok: true } : { ok: false, message: sentenceFor(spread.reason) };
	}

	/** Shuts a lost device out of everything, with new secrets everywhere. Can be begun again where it stopped. */
	async remove(device: DeviceId): Promise<Outcome> {
		const session = this.#session;
		if (!(await session.reachesRelay())) return { ok: false, message: sentenceFor('needs-relay') };
		const circles = ownCircles(session).filter((known) =>
			ownDevicesIn(known, session).some((one) => one.device === device)
		);
		const failed: string[] = [];
		let reason = '';
		this.progress.begin('Shutting it out and renewing the keys', circles.length);
		try {
			for (const [done, known] of circles.entries()) {
				const shut = await shutOutDevice(session, known, device);
				if (!shut.ok) {
					({ reason } = shut);
					const isCase = known.state.kind === 'case' || known.state.kind === 'document';
					failed.push(isCase ? session.titleOfCircle(known.circle) : known.label);
				}
				this.progress.reach(done + 1);
			}
		} finally {
			this.progress.end();
		}
		if (failed.length === 0) return { ok: true };
		return { ok: false, message: `It can still open ${nameSome(failed)}. ${sentenceFor(reason)}` };
	}
}
