/**
 * What an owner's app does unasked once it has caught up, and whenever a circle changes: who has passed their last day is
 * removed [C7], so is staff that has left the agency, or the case of a document with a circle of its own, and where somebody left, or a team let somebody go, the others get
 * new secrets. Anybody's app also brings their other devices into whatever they came into. What does not succeed now is due
 * again at the next change or connection.
 */
import { isEpochDue } from '#lib/circle/cuts.ts';
import type { PersonId } from '#lib/circle/ids.ts';
import { currentRole, directRole, ownersOf, standingOf } from '#lib/circle/roles.ts';
import type { KnownCircle } from '../known-circle.ts';
import { goneFromCase } from '../own-document.ts';
import type { Session } from '../session.svelte.ts';
import { removeFrom, renewSecrets } from './ending.ts';
import { spreadDevices } from './own-devices.ts';

export async function keepHouse(session: Session): Promise<void> {
	await spreadDevices(session);
	for (const known of session.circles.all) {
		if (!mayKeep(session, known)) continue;
		const ids = overdue(session, known);
		if (ids.length > 0) await removeFrom(session, known, ids, null, null);
		else if (isEpochDue(known.state)) await renewSecrets(session, known);
	}
}

/** Is there anything to do? */
export function isHouseDue(session: Session): boolean {
	return session.circles.all.some(
		(known) => mayKeep(session, known) && (overdue(session, known).length > 0 || isEpochDue(known.state))
	);
}

function mayKeep(session: Session, known: KnownCircle): boolean {
	return !known.unsent && directRole(known.state, session.vault.device.device) === 'owner';
}

function overdue(session: Session, known: KnownCircle): readonly PersonId[] {
	const { agency, myPerson } = session;
	const { state } = known;
	const now = Date.now();
	const people = [...state.people.values()].filter((member) => {
		const standing = standingOf(member);
		if (standing === null || member.person === myPerson) return false;
		if (standing.until !== null && standing.until <= now) return true;
		const there =
			state.kind === 'agency' || standing.guest ? undefined : agency?.state.people.get(member.person);
		return there !== undefined && currentRole(there) === null;
	});
	const above =
		state.kind === 'document' && state.parent !== null ? session.circles.get(state.parent) : undefined;
	const gone = goneFromCase(known, above).filter((person) => person !== myPerson);
	const ids = [...new Set([...people.map(({ person }) => person), ...gone])];
	return ownersOf(state).every((owner) => ids.includes(owner)) ? [] : ids;
}
