/** A new case: made offline too, and sent as soon as the relay can be reached. */
import { foundCircle } from '#lib/circle/actions.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { indexDocumentOf } from '#lib/envelope/room.ts';
import type { Session } from './session.svelte.ts';

/** How long a new case stays open in the background to be sent, ms. */
const SENDING_PATIENCE = 15_000;

/** Answers with its circle. Only where `session.canCreateCase`. */
export async function createCase(session: Session, title: string): Promise<CircleId> {
	const { vault, agency, circles, summaries } = session;
	if (agency === undefined || summaries === undefined) throw new Error('a case stands under an agency');
	const founded = await foundCircle({
		kind: 'case',
		parent: agency.circle,
		label: agency.label,
		device: vault.device,
		person: vault.profile.person,
		personName: vault.profile.name,
		at: Date.now()
	});
	const known = await circles.add(founded.circle, [founded.bytes], true);
	if (!known.ok) throw new Error(`a case made here was refused: ${known.reason}`);
	const { renameCase } = await import('#lib/casework/case-index.ts');
	const rooms = await session.openRooms();
	const lease = rooms.open(known.value, await indexDocumentOf(founded.circle));
	lease.sealed.edit((doc) => renameCase(doc, title));
	await summaries.note(founded.circle, {
		title,
		updatedAt: Date.now(),
		here: true,
		circle: founded.circle,
		caseCircle: founded.circle
	});
	await lease.sealed.flush();
	// the page that opens next takes it over; closing it now would only cut a socket that is just being opened
	void lease.sealed.acknowledged(SENDING_PATIENCE).then(async () => {
		await lease.close();
		await session.bringDevices();
	});
	return founded.circle;
}
