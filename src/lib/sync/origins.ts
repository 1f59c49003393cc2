/** Who caused a transaction. Each of ours names one of these; that is what stops echoes. */
export const ORIGIN = {
	/** Opened envelopes of others (or of ours, after a reload) reach the clear document. */
	incoming: Symbol('incoming'),
	/** The template a document stands on [V4]. */
	seed: Symbol('seed'),
	/** What a checkpoint remembered. */
	checkpoint: Symbol('checkpoint'),
	/** `SealedDocument.edit`. */
	edit: Symbol('edit'),
	/** An own envelope is put on the sealed log. */
	push: Symbol('push'),
	/** The clear document reaches a view. */
	clear: Symbol('clear'),
	/** A sealed log is built again without what was refused [L6]. */
	rebuild: Symbol('rebuild')
} as const;
