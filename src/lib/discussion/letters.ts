/**
 * A text as it reads: without its white space and capitals, and with one kind of quotation mark and dash. So words are
 * the same words after Enter inside them, after a tidied space, or as a heading.
 *
 * Promises: every letter knows where it stood, and what kind of gap was before it, so "the rapist" is never "therapist".
 */
export interface Letters {
	readonly text: string;
	/** Offset of each letter in the original. */
	readonly at: Int32Array;
	/** The gap before each letter. */
	readonly gaps: Uint8Array;
}

/** A line break or the border of two blocks is as good as a space or as nothing: Enter makes one anywhere. */
const NONE = 0;
const BREAK = 1;
const SPACE = 2;

export function lettersOf(original: string): Letters {
	const at = new Int32Array(original.length);
	const gaps = new Uint8Array(original.length);
	let text = '';
	let gap = NONE;
	for (let i = 0; i < original.length; i++) {
		const unit = original.charCodeAt(i);
		if (unit === 10) gap = Math.max(gap, BREAK);
		else if (isSpace(unit)) gap = SPACE;
		else if (!isInvisible(unit)) {
			at[text.length] = i;
			gaps[text.length] = gap;
			gap = NONE;
			text += asRead(original.charAt(i), unit);
		}
	}
	return { text, at: at.subarray(0, text.length), gaps: gaps.subarray(0, text.length) };
}

/** Do `length` letters from `from` have gaps where `other` has them from `otherFrom`? The gap before is not asked. */
export function haveSameGaps(
	one: Letters,
	from: number,
	other: Letters,
	otherFrom: number,
	length: number
): boolean {
	for (let i = 1; i < length; i++) {
		const [gap, otherGap] = [one.gaps[from + i] ?? NONE, other.gaps[otherFrom + i] ?? NONE];
		if (gap !== otherGap && gap !== BREAK && otherGap !== BREAK) return false;
	}
	return true;
}

/** Does a word go on over the border before this letter? */
export function isInsideWord(letters: Letters, index: number): boolean {
	if (index <= 0 || index >= letters.text.length || letters.gaps[index] !== NONE) return false;
	return isWordLetter(letters.text.charAt(index - 1)) && isWordLetter(letters.text.charAt(index));
}

function asRead(character: string, unit: number): string {
	if (unit < 128) return character.toLowerCase();
	if (/[\u2018\u2019\u201a\u201b\u2032]/.test(character)) return "'";
	if (/[\u201c-\u201f\u2033\u00ab\u00bb]/.test(character)) return '"';
	if (/[\u2010-\u2015\u2212]/.test(character)) return '-';
	// a few capitals become two letters; then each letter would no longer know its place
	const small = character.toLowerCase();
	return small.length === 1 ? small : character;
}

const isSpace = (unit: number) =>
	unit === 32 || (unit >= 9 && unit <= 13) || (unit > 127 && /\s/.test(String.fromCharCode(unit)));
/** Soft hyphen, zero width space and joiners. */
const isInvisible = (unit: number) => unit === 0xad || unit === 0xfeff || (unit >= 0x200b && unit <= 0x200d);
const isWordLetter = (character: string) => /[\p{L}\p{N}]/u.test(character);
