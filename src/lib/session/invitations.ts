/**
 * Making, reading and accepting invitations.
 *
 * A link carries one secret in its fragment. The same secret may open several circles: a colleague who is new is
 * invited to the agency and to the case at once, with one link.
 */
import { inviteToCircle, joinCircle } from '#lib/circle/actions.ts';
import { createLinkSecret, inviteSecretOf, readLink, writeLink, type LinkSecret } from '#lib/circle/link.ts';
import { replayEntries } from '#lib/circle/reduce.ts';
import { openInvitedSecrets, openLabel, openName } from '#lib/circle/secrets.ts';
import type { CircleState, Role } from '#lib/circle/state.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { CirclesConnection } from '#lib/sync/circles-connection.ts';
import type { CircleBook } from './circle-book.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Vault } from './vault.ts';

const INVITATION_LIFE = 7 * 86_400_000;

/** What somebody sees who opened a link, before they join. */
export interface Invitation {
	readonly link: LinkSecret;
	readonly inviterName: string;
	readonly agencyName: string;
	readonly role: Role;
	readonly alreadyMember: boolean;
	/** The case it leads to, if it is for one. */
	readonly caseCircle: CircleId | null;
	readonly circles: readonly {
		readonly circle: CircleId;
		readonly entries: readonly Bytes[];
		readonly state: CircleState;
	}[];
}

/** Appends one invitation to every circle given, and answers with the link for all of them. */
export async function makeInvitation(
	book: CircleBook,
	vault: Vault,
	circles: readonly KnownCircle[],
	role: Role,
	origin: string,
	now: number
): Promise<Verdict<{ link: string; key: string; expires: number }>> {
	const link = createLinkSecret();
	const expires = now + INVITATION_LIFE;
	for (const known of circles) {
		const appended = await book.append(known, (state) =>
			inviteToCircle(state, known.secrets, vault.device, { link, role, expires, at: now })
		);
		if (!appended.ok) return appended;
	}
	const { publicKey } = await inviteSecretOf(link);
	return { ok: true, value: { link: await writeLink(origin, link), key: toBase64Url(publicKey), expires } };
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
	if (!alreadyMember && entry.state === 'used') return { ok: false, reason: 'invitation-used' };
	if (!alreadyMember && entry.state === 'withdrawn') return { ok: false, reason: 'invitation-withdrawn' };
	if (!alreadyMember && entry.expires <= now) return { ok: false, reason: 'invitation-expired' };
	const secrets = await openInvitedSecrets(last.state, link.value);
	if (secrets.size === 0) return { ok: false, reason: 'unknown-invitation' };
	const inviter = last.state.people.get(entry.by);
	return {
		ok: true,
		value: {
			link: link.value,
			inviterName: (inviter && (await openName(secrets, last.circle, inviter))) ?? 'A colleague',
			agencyName: (await openLabel(secrets, last.state)) ?? 'their agency',
			role: entry.role,
			alreadyMember,
			caseCircle: circles.find(({ state }) => state.kind === 'case')?.circle ?? null,
			circles
		}
	};
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
