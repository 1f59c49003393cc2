/**
 * From an <input> to a Y.Text: what changed is found by what stayed the same before and behind it, so that letters
 * which somebody else typed meanwhile elsewhere in the title stay.
 */
import type * as Y from 'yjs';

/** Makes `text` read `next` with one small edit. `caret`: where the input's caret stands afterwards, if known. */
export function editText(text: Y.Text, next: string, caret: number | null = null): void {
	const now = text.toJSON();
	if (now === next) return;
	const most = Math.min(now.length, next.length);

	// The caret stands behind what was typed, so all behind it stayed the same: "a|a" typed into "a" is the first a.
	let behind = caret === null ? 0 : sameBehind(now, next, Math.min(most, next.length - caret));
	let before = 0;
	while (before < most - behind && now[before] === next[before]) before++;
	behind = sameBehind(now, next, most - before);

	// never between the two halves of one character
	if (before > 0 && isHighSurrogate(next.charCodeAt(before - 1))) before--;
	if (behind > 0 && isLowSurrogate(next.charCodeAt(next.length - behind))) behind--;

	const edit = () => {
		if (now.length - behind > before) text.delete(before, now.length - behind - before);
		if (next.length - behind > before) text.insert(before, next.slice(before, next.length - behind));
	};
	if (text.doc) text.doc.transact(edit);
	else edit();
}

function sameBehind(now: string, next: string, most: number): number {
	let same = 0;
	while (same < most && now[now.length - 1 - same] === next[next.length - 1 - same]) same++;
	return same;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
