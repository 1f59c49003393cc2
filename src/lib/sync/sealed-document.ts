/**
 * A sealed document, as everybody outside this folder knows it: sealed log ⇄ clear document.
 *
 * Promises: what was typed is sealed in order and reaches the outbox, the log and the relay; what comes is judged before
 * it is applied; a disk or a relay that fails is told in `saved` and keeps no word from the other; `close` flushes.
 * Must never: hand the clear document to anything that stores or sends, or forward what no person did [V2].
 */
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Verdict } from '#lib/crypto/verdict.ts';
import type { DeviceId, SessionId } from '#lib/circle/ids.ts';
import type { Room } from '#lib/envelope/room.ts';
import type { SealedDocumentOptions } from './options.ts';
import type { PersonHere } from './presence.ts';
import type { SavedDetail } from './saved.ts';
import type { View } from './view.ts';
import { WholeDocument } from './whole-document.ts';

export type { PersonHere, SavedDetail, SealedDocumentOptions, View };

export interface SealedDocument {
	/** Where envelopes are written now: its generation changes when the log rolls. */
	readonly room: Room;
	/** Readable, in memory only. Change it through `edit` or a view. */
	readonly clear: Y.Doc;
	/**
	 * `clear` can be shown and written in: it is what this device remembers of its last opening. What its sealed log holds
	 * besides follows by itself. Never rejects.
	 */
	readonly loaded: Promise<void>;
	/** All that this device has is in `clear` (or cannot be had: see `saved.storage`). Never rejects. */
	readonly read: Promise<void>;
	/** Everything the relay had is in `clear` for the first time; settles on close as well. */
	readonly synced: Promise<void>;
	/** For documents without an editor: changes `clear` and sends it. */
	edit(change: (clear: Y.Doc) => void): void;
	/** For the editor [V2]. */
	openView(): View;
	/** Clear carets and names, keyed by Yjs client. The local state is the newest view's. */
	readonly presence: Awareness;
	/** Whose device wrote with this Yjs client; null when nobody is known to have. */
	writerOf(yClient: number): DeviceId | null;
	/** The sessions of a device in this room: how many envelopes of each are here, without a gap. */
	sessionsOf(device: DeviceId): readonly { readonly session: SessionId; readonly count: number }[];
	/** Other openings of this document, here now. */
	readonly people: readonly PersonHere[];
	onPeople(listener: () => void): () => void;
	/** Highest schema version among the envelopes. */
	readonly schema: number;
	/** Told before that update is applied, when views are already detached [V1]. */
	onSchema(listener: (schema: number) => void): () => void;
	readonly saved: SavedDetail;
	onSaved(listener: (saved: SavedDetail) => void): () => void;
	/** Everything typed so far is sealed, and the disk has answered. */
	flush(): Promise<void>;
	/** As `flush`, and what has arrived is opened. */
	settled(): Promise<void>;
	/** Everything sealed so far is durable at the relay; false when that did not come in time (ms). */
	acknowledged(patience: number): Promise<boolean>;
	/** A false snapshot stands behind what this device has [L3]: who signed it, and whether we may lead the circle on. */
	readonly falseSnapshot: { readonly by: DeviceId; readonly mayGoBack: boolean } | null;
	/** Goes on from what this device has, for everybody. Settles when that stands in the circle, or with the reason why not. */
	goBack(): Promise<Verdict<void>>;
	close(): Promise<void>;
}

export function openSealedDocument(options: SealedDocumentOptions): SealedDocument {
	return new WholeDocument(options);
}
