import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { DocumentId, PersonId } from '#lib/circle/ids.ts';
import type { SealedDocument } from '#lib/sync/sealed-document.ts';
import type { KnownCircle } from './known-circle.ts';
import { LaneDiscussion } from './lane-discussion.ts';

test('what is said is sealed in the same moment, not when typing would be; what goes together is sealed together', async () => {
	const clear = new Y.Doc();
	const flush = vi.fn(async () => {});
	const sealed = {
		clear,
		loaded: Promise.resolve(),
		writerOf: () => null,
		edit: (change: (doc: Y.Doc) => void) => change(clear),
		flush
	} as unknown as SealedDocument;
	const lane = new LaneDiscussion({
		lane: 'discussion',
		document: 'd' as DocumentId,
		known: { onChange: () => () => {} } as unknown as KnownCircle,
		lease: { sealed, close: async () => {} },
		me: 'amina' as PersonId,
		summaries: () => undefined,
		onChange: () => {}
	});
	const thread = lane.say({ type: 'reply', thread: 'amina.t', text: 'I do.' });
	lane.say({ type: 'ask', message: thread, person: 'ben' });
	expect(flush).not.toHaveBeenCalled();
	await Promise.resolve();
	expect(clear.getArray('operations')).toHaveLength(2);
	expect(flush).toHaveBeenCalled();
	await lane.close();
});
