/**
 * The lane itself: one list of plain values, only ever added to, each signed by who wrote it. What the values mean is up
 * to who reads them: a discussion, the log of a shift.
 */
import * as Y from 'yjs';

export type WriterRole = 'owner' | 'editor' | 'commenter' | 'reader';

/** Whose session a Yjs client id is [E4] and what that person was when writing; null for what nobody signed (yet). */
export type WhoIs = (yClient: number) => { readonly author: string; readonly role: WriterRole | null } | null;

export interface Signed<T> {
	readonly operation: T;
	readonly author: string;
	readonly role: WriterRole | null;
}

const LANE = 'operations';

/** Every value that `read` takes, in no order that means anything. `read` gives null for what it refuses, and is pure. */
export function readLane<T>(
	doc: Y.Doc,
	whoIs: WhoIs,
	read: (value: unknown) => T | null
): readonly Signed<T>[] {
	const signed: Signed<T>[] = [];
	for (let item = doc.getArray(LANE)._start; item !== null; item = item.right) {
		if (item.deleted || !(item.content instanceof Y.ContentAny)) continue;
		const writer = whoIs(item.id.client);
		if (writer === null) continue;
		for (const value of item.content.arr as readonly unknown[]) {
			const operation = readOnce(value, read);
			if (operation !== null) signed.push({ operation, author: writer.author, role: writer.role });
		}
	}
	return signed;
}

/** The caller has judged it: what cannot be read again would be lost. */
export function appendToLane(doc: Y.Doc, operation: object): void {
	doc.getArray(LANE).push([operation]);
}

/** Yjs hands out the same object each time, so a lane of thousands is judged once, not at every new operation. */
const known = new WeakMap<object, WeakMap<object, unknown>>();

function readOnce<T>(value: unknown, read: (value: unknown) => T | null): T | null {
	if (typeof value !== 'object' || value === null) return null;
	let byReader = known.get(read);
	if (byReader === undefined) known.set(read, (byReader = new WeakMap<object, unknown>()));
	if (!byReader.has(value)) byReader.set(value, read(value));
	return byReader.get(value) as T | null;
}
