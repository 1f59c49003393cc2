/**
 * Making, reading and accepting invitations.
 *
 * A link carries one secret in its fragment. The same secret may open several circles: a colleague who is new is
 * invited to the agency and to the case at once, with one link.
 */
import { inviteToCircle, joinCircle, requestToJoin } from '#lib/circle/actions.ts';
import { createLinkSecret, inviteSecretOf, readLink, writeLink, type LinkSecret } from '#lib/circle/link.ts';
import { replayEntries } from '#lib/circle/reduce.ts';
import { EMERGENCY } from '#lib/circle/policy.ts';
import { devicesOf, standingOf } from '#lib/circle/roles.ts';
import { safetyNumber } from '#lib/circle/safety.ts';
import { openInvitedSecrets, openLabel, openName } from '#lib/circle/secrets.ts';
import type { CircleState, Role } from '#lib/circle/state.ts';
import type { CircleId, PersonId } from '#lib/circle/ids.ts';
import { equalBytes, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { CircleBook } from './circle-book.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Vault } from './vault.ts';

const INVITATION_LIFE = 7 * 86_400_000;
/** A link for one's own next device. */
const OWN_DEVICE_LIFE = 10 * 60_000;
/** A link that lets somebody from outside in at once. */
const EMERGENCY_LIFE = 86_400_000;
/** People who change who is in at the same moment may be faster a few times. */
const ASK_ATTEMPTS = 5;

/** What somebody sees who opened a link, before they join. */
export interface Invitation {
	readonly link: LinkSecret;
	readonly inviterName: string;
	readonly agencyName: string;
	readonly role: Role;
	readonly alreadyMember: boolean;
	/** Comes from outside, and sees nothing internal. */
	readonly guest: boolean;
	/** Whoever made the link says yes or no to who asks with it. `asked`: this device has. */
	readonly approval: boolean;
	readonly asked: boolean;
	/** Makes this a device of whoever made the link: this person; null for everybody else. */
	readonly deviceOf: PersonId | null;
	/** To be compared by phone with who made the link [I3]; null where nobody has to say yes. */
	readonly safetyNumber: string | null;
	/** The case it leads to, or the document alone, if it is for one. */
	readonly caseCircle: CircleId | null;
	readonly circles: readonly {
		readonly circle: CircleId;
		readonly entries: readonly Bytes[];
		readonly state: CircleState;
	}[];
}

/** Whom a link is for. `guest`: from outside; `until`: ms, when their right ends; `approval`: they ask, and I say yes. */
export interface InvitationWish {
	readonly role: Role;
	readonly guest?: boolean;
	readonly until?: number | null;
	readonly approval?: boolean;
}

/** Appends one invitation to every circle given, and answers with the link for all of them. */
export async function makeInvitation(
	book: CircleBook,
	vault: Vault,
	circles: readonly KnownCircle[],
	wish: InvitationWish,
	origin: string,
	now: number
): Promise<Verdict<{ link: string; key: string; expires: number }>> {
	const link = createLinkSecret();
	const atOnce = wish.guest === true && wish.approval !== true;
	const expires = now + (atOnce ? EMERGENCY_LIFE : INVITATION_LIFE);
	const until = wish.until ?? (atOnce ? expires + EMERGENCY : null);
	for (const known of circles) {
		const appended = await book.append(known, (state) =>
			inviteToCircle(state, known.secrets, vault.device, { ...wish, link, until, expires, at: now })
		);
		if (!appended.ok) return appended;
	}
	const { publicKey } = await inviteSecretOf(link);
	return { ok: true, value: { link: await writeLink(origin, link), key: toBase64Url(publicKey), expires } };
}

/** A link with which another device asks to become one of mine. Its secret stays with who shows it. */
export async function makeOwnDeviceLink(
	book: CircleBook,
	vault: Vault,
	known: KnownCircle,
	origin: string,
	now: number
): Promise<Verdict<{ link: string; secret: LinkSecret; key: string; expires: number }>> {
	const secret = createLinkSecret();
	const expires = now + OWN_DEVICE_LIFE;
	const appended = await book.append(known, (state) => {
		const me = state.people.get(vault.profile.person);
		const own = me === undefined ? null : standingOf(me);
		if (own === null) throw new Error('who is in a circle has a standing there');
		const { role, guest, until } = own;
		const wish = { link: secret, role, guest, until, expires, approval: true, ownDevice: true, at: now };
		return inviteToCircle(state, known.secrets, vault.device, wish);
	});
	if (!appended.ok) return appended;
	const { publicKey } = await inviteSecretOf(secret);
	return {
		ok: true,
		value: { link: await writeLink(origin, secret), secret, key: toBase64Url(publicKey), expires }
	};
}

/** What the invitation in a link's fragment is, or why it is none. */
export async function readInvitation(
	connection: CirclesConnection,
	reachRelay: () => Promise<boolean>,
	vault: Vault,
	fragment: string,
	now: number
): Promise<Verdict<Invitation>> {
	const link = await readLink(fragment);
	if (!link.ok) return link;
	if (!(await reachRelay())) return { ok: false, reason: 'offline' };
	const invite = await inviteSecretOf(link.value);
	const found = await connection.findInvitation(invite);
	if (!found.ok) return found;
	const key = toBase64Url(invite.publicKey);
	const circles: Invitation['circles'][number][] = [];
	for (const { circle, entries } of found.value) {
		const state = await replayEntries(entries);
		if (state.ok && state.value.circle === circle && state.value.invites.has(key))
			circles.push({ circle, entries, state: state.value });
	}
	// the agency first: being in the case means little to somebody the agency does not know
	circles.sort((a, b) => Number(b.state.kind === 'agency') - Number(a.state.kind === 'agency'));
	const last = circles.at(-1);
	const entry = last?.state.invites.get(key);
	if (last === undefined || entry === undefined) return { ok: false, reason: 'unknown-invitation' };
	const alreadyMember = circles.every(({ state }) => state.devices.has(vault.device.device));
	const asked = entry.request !== null && equalBytes(entry.request.signKey, vault.device.signing.publicKey);
	if (!alreadyMember && (entry.state === 'used' || (entry.state === 'requested' && !asked)))
		return { ok: false, reason: 'invitation-used' };
	if (!alreadyMember && entry.state === 'withdrawn' && asked)
		return { ok: false, reason: 'request-declined' };
	if (!alreadyMember && entry.state === 'withdrawn') return { ok: false, reason: 'invitation-withdrawn' };
	if (!alreadyMember && !asked && entry.expires <= now) return { ok: false, reason: 'invitation-expired' };
	const secrets = await openInvitedSecrets(last.state, link.value);
	// who has to ask first is shown nothing of the circle
	if (secrets.size === 0 && !entry.approval) return { ok: false, reason: 'unknown-invitation' };
	const inviter = last.state.people.get(entry.by);
	return {
		ok: true,
		value: {
			link: link.value,
			inviterName: (inviter && (await openName(secrets, last.circle, inviter))) ?? 'A colleague',
			agencyName: (await openLabel(secrets, last.state)) ?? 'their agency',
			role: entry.role,
			alreadyMember,
			guest: entry.guest,
			approval: entry.approval,
			asked,
			deviceOf: entry.ownDevice ? entry.by : null,
			safetyNumber: entry.approval
				? await safetyNumber(
						[vault.device.signing.publicKey],
						devicesOf(last.state, entry.by).map(({ signKey }) => signKey)
					)
				: null,
			caseCircle:
				circles.find(({ state }) => state.kind === 'case' || state.kind === 'document')?.circle ?? null,
			circles
		}
	};
}

/** Asks to be let in, on the newest log; gives no right. */
export async function askToJoin(
	connection: CirclesConnection,
	vault: Vault,
	invitation: Invitation,
	{ person, personName }: { readonly person: PersonId; readonly personName: string },
	now: number
): Promise<Verdict<void>> {
	const [only] = invitation.circles;
	if (only === undefined) return { ok: false, reason: 'unknown-invitation' };
	let { state } = only;
	for (let attempt = 0; attempt < ASK_ATTEMPTS; attempt++) {
		const request = await requestToJoin(state, vault.device, invitation.link, {
			person,
			personName,
			at: now
		});
		const answer = await connection.append(only.circle, request);
		if (answer.ok) return { ok: true, value: undefined };
		if (answer.reason !== 'conflict' || !('entries' in answer)) return { ok: false, reason: answer.reason };
		const newer = await replayEntries(answer.entries, state);
		if (!newer.ok) return newer;
		state = newer.value;
	}
	return { ok: false, reason: 'conflict' };
}

/** Joins every circle of the invitation that we are not in yet. */
export async function acceptInvitation(
	book: CircleBook,
	vault: Vault,
	invitation: Invitation,
	personName: string,
	now: () => number
): Promise<Verdict<void>> {
	for (const { circle, entries, state } of invitation.circles) {
		if (state.devices.has(vault.device.device)) continue;
		const known = await book.add(circle, entries, false);
		if (!known.ok) return known;
		const joined = await book.append(known.value, async (newest) => {
			const { person } = vault.profile;
			const join = await joinCircle(newest, vault.device, invitation.link, { person, personName, at: now() });
			return join.bytes;
		});
		if (!joined.ok) return joined;
	}
	return { ok: true, value: undefined };
}
