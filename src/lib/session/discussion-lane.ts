/** What stands in a discussion lane, with who wrote each piece: the circle says it, never the piece itself [D2]. */
import type { WhoIs } from '#lib/discussion/lane.ts';
import { readOperations, type SignedOperation } from '#lib/discussion/operation.ts';
import { lastRoleOf, personOf } from '#lib/circle/roles.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { KnownCircle } from './known-circle.ts';

export function operationsIn(sealed: SealedDocument, known: KnownCircle): readonly SignedOperation[] {
	return readOperations(sealed.clear, writersIn(sealed, known));
}

export function writersIn(sealed: SealedDocument, known: KnownCircle): WhoIs {
	return (yClient) => {
		const device = sealed.writerOf(yClient);
		const person = device === null ? null : personOf(known.state, device);
		const role = device === null ? null : lastRoleOf(known.state, device);
		return person === null ? null : { author: person, role };
	};
}
