/**
 * Which sessions of writing are going on in this browser: what a session that is gone has left unsent may be sealed anew
 * by another tab; what a living one has not sent yet is its own to seal, or two envelopes would claim one place [E3].
 */
import type { SessionId } from '#lib/circle/ids.ts';

/** Sessions of this page: where there are no Web Locks (Node, old browsers) it is all there is to know. */
const here = new Set<SessionId>();

/** Lives until the remover is called, or the page is gone. */
export function holdSession(session: SessionId): () => void {
	here.add(session);
	let letGo = () => {};
	const held = new Promise<void>((resolve) => (letGo = resolve));
	void globalThis.navigator?.locks?.request(lockOf(session), () => held).catch(() => undefined);
	return () => {
		here.delete(session);
		letGo();
	};
}

export async function isSessionHeld(session: SessionId): Promise<boolean> {
	if (here.has(session)) return true;
	const locks = globalThis.navigator?.locks;
	if (locks === undefined) return false;
	return locks.request(lockOf(session), { ifAvailable: true }, (lock) => lock === null).catch(() => false);
}

function lockOf(session: SessionId): string {
	return `session/${session}`;
}
