/**
 * A document that only some people of its case may open: it stands in a circle of its own, whose secrets they alone hold.
 *
 * The circle has a list like a case's, with this one document in it, so everything that works on a case works on it: its
 * title, its search, its discussion, inviting a guest who sees nothing else.
 * Must never list it in the case: a title there would be read by everybody.
 */
import { addDocument, readCaseIndex, type NewDocumentRow } from '#lib/casework/case-index.ts';
import { foundCircle, grantMember } from '#lib/circle/actions.ts';
import type { CircleId, DocumentId, PersonId } from '#lib/circle/ids.ts';
import { deviceOf, devicesAround, isGuest, roleOf, standingOf } from '#lib/circle/roles.ts';
import type { CircleState, Role } from '#lib/circle/state.ts';
import type { Verdict } from '#lib/crypto/verdict.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { CircleBook } from './circle-book.ts';
import type { KnownCircle } from './known-circle.ts';
import type { Rooms } from './rooms.ts';
import type { Summaries } from './summaries.ts';
import type { Vault } from './vault.ts';

export interface OwnDocument {
	readonly circle: CircleId;
	readonly document: DocumentId;
	readonly title: string;
	readonly kind: string;
	/** How many people are in it, guests too. */
	readonly people: number;
	/** I decide who is in it. */
	readonly mine: boolean;
}

/** Founds the circle of a document, with these people of the case in it, each as what they are there. */
export async function foundOwnCircle(
	book: CircleBook,
	vault: Vault,
	above: KnownCircle,
	people: readonly PersonId[]
): Promise<Verdict<KnownCircle>> {
	const { bytes, circle } = await foundCircle({
		kind: 'document',
		parent: above.circle,
		label: above.label,
		device: vault.device,
		person: vault.profile.person,
		personName: vault.profile.name,
		at: Date.now()
	});
	const added = await book.add(circle, [bytes], true);
	if (!added.ok) return added;
	for (const person of people) {
		const done = await admit(book, vault, above, added.value, person);
		if (!done.ok) return done;
	}
	return added;
}

/** Lets somebody of the case into the circle of one of its documents. */
export function admit(
	book: CircleBook,
	vault: Vault,
	above: KnownCircle,
	own: KnownCircle,
	person: PersonId
): Promise<Verdict<void>> {
	const devices = devicesAround(above.state, person);
	const standing = standingIn(above.state, person);
	if (devices.length === 0 || standing === null)
		return Promise.resolve({ ok: false, reason: 'unknown-member' });
	return book.append(own, (state) =>
		grantMember(state, own.secrets, vault.device, {
			person,
			personName: above.nameOf(person),
			...standing,
			devices,
			at: Date.now()
		})
	);
}

/** A guest keeps their last day; who decides in the case does not thereby decide here. */
function standingIn(
	state: CircleState,
	person: PersonId
): { readonly role: Role; readonly guest: boolean; readonly until: number | null } | null {
	const device = devicesAround(state, person)[0]?.device;
	const role = device === undefined ? null : roleOf(state, device);
	if (device === undefined || role === null) return null;
	const member = state.people.get(person);
	const until = member === undefined ? null : (standingOf(member)?.until ?? null);
	return { role: role === 'owner' ? 'editor' : role, guest: isGuest(state, device), until };
}

/** Lists the document, the only one of its circle. Kept on this device when it settles; `sent`: the relay has it too. */
export async function listOwnDocument(
	{ rooms, summaries }: { readonly rooms: Rooms; readonly summaries: Summaries },
	own: KnownCircle,
	caseCircle: CircleId,
	row: NewDocumentRow
): Promise<{ readonly sent: Promise<boolean> }> {
	const lease = rooms.open(own, await indexDocumentOf(own.circle));
	await lease.sealed.loaded;
	lease.sealed.edit((doc) => addDocument(doc, row));
	await lease.sealed.flush();
	const { title, kind } = row;
	const place = { circle: own.circle, caseCircle, here: true, updatedAt: Date.now(), title };
	await summaries.note(own.circle, place);
	await summaries.note(row.id, { ...place, kind });
	const sent = lease.sealed.acknowledged(15_000);
	void sent.then(() => lease.close());
	return { sent };
}

/** The documents of a case that have a circle of their own, those that I am in. */
export function ownDocumentsOf(
	caseCircle: CircleId,
	circles: readonly KnownCircle[],
	summaries: Summaries
): readonly OwnDocument[] {
	return circles
		.filter(({ state, role }) => state.kind === 'document' && state.parent === caseCircle && role !== null)
		.flatMap(({ circle, state, directRole }) =>
			[...summaries.all]
				.filter(([id, summary]) => summary.circle === circle && id !== circle)
				.map(([id, { title, kind }]) => ({
					circle,
					document: id as DocumentId,
					title,
					kind,
					people: [...state.people.values()].filter((member) => standingOf(member) !== null).length,
					mine: directRole === 'owner'
				}))
		);
}

/** Where a document is listed: in its case, or, for who may not open that, in its own circle. */
export function caseOf(known: KnownCircle, book: Pick<CircleBook, 'get'>): CircleId {
	const { kind, parent } = known.state;
	if (kind !== 'document' || parent === null) return known.circle;
	return (book.get(parent)?.role ?? null) === null ? known.circle : parent;
}

/** What the circle with this list is called: a case by its title, one of a document by that of the document. */
export function titleInList(known: KnownCircle, doc: Parameters<typeof readCaseIndex>[0]): string {
	const { title, documents } = readCaseIndex(doc);
	return known.state.kind === 'document' ? (documents[0]?.title ?? '') : title;
}

/** Staff of a document who are in its case no more. */
export function goneFromCase({ state }: KnownCircle, above: KnownCircle | undefined): readonly PersonId[] {
	// while the log of a team is missing here, nobody can say who is gone
	if (above === undefined || [...above.state.circles.values()].some((team) => team.state === null)) return [];
	return [...state.people.values()].flatMap(({ person, ...member }) => {
		if (standingOf(member)?.guest !== false) return [];
		const known = [...state.devices.values()].filter(
			(one) => one.person === person && deviceOf(above.state, one.device) !== null
		);
		const isIn = known.some(({ device }) => roleOf(above.state, device) !== null);
		return known.length > 0 && !isIn ? [person] : [];
	});
}
