/** Finds words in text, whatever their case and accents: "etat" finds "État". Pure. */

export interface Match {
	readonly from: number;
	readonly to: number;
}

/** Places in `text`, counted in UTF-16 units, from left to right, none overlapping. */
export function findMatches(text: string, query: string): readonly Match[] {
	const [words, wanted] = [folded(text), folded(query)];
	const found: Match[] = [];
	if (wanted === '') return found;
	for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + wanted.length))
		found.push({ from: at, to: at + wanted.length });
	return found;
}

/** Lower case without accents, unit by unit, so that places stay the same. */
function folded(text: string): string {
	let result = '';
	for (let index = 0; index < text.length; index++) {
		const unit = text.charAt(index);
		const plain = unit < '\u0080' ? unit.toLowerCase() : unit.normalize('NFD').charAt(0).toLowerCase();
		result += plain.length === 1 ? plain : unit;
	}
	return result;
}
