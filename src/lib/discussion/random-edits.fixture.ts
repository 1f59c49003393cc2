/** What people do to notes, by chance that can be told again: typing, deleting, Enter, headings, cut, paste, copy. */
import type { EditedText } from './edited-text.fixture.ts';
import type { Random } from '../../../tests/support/random.ts';

export function editAtRandom(document: EditedText, notes: readonly string[], random: Random): void {
	const { lines } = document;
	const at = random.below(lines.length);
	const text = lines[at]?.text ?? '';
	const other = random.below(lines.length);
	const words = () => wordsFrom(random.pick(notes), random);
	const somewhere = (line: number) => borderIn(lines[line]?.text ?? '', random);
	const edits: readonly (() => void)[] = [
		() => document.insert(at, somewhere(at), `${words()} `),
		() => document.insert(at, somewhere(at), `${words()} `),
		() => document.insert(at, random.below(text.length + 1), random.pick(['a', 'e', ' ', '.', 's', 'not '])),
		() => remove(at, 1 + random.below(3)),
		() => remove(at, 1 + random.below(25)),
		() => {
			const [from, to] = wordIn(text, random);
			document.remove(at, from, to);
			document.insert(at, from, random.pick(words().split(' ')));
		},
		() => document.split(at, random.chance(0.7) ? somewhere(at) : random.below(text.length + 1)),
		() => document.split(at, somewhere(at)),
		() => at + 1 < lines.length && document.join(at),
		() => document.turn(at, !(lines[at]?.isHeading ?? false)),
		() => document.wrap(at),
		() => {
			const [from, to] = sentenceIn(text, random);
			const cut = document.remove(at, from, to);
			const target = document.lines[other]?.text ?? '';
			document.insert(other, borderIn(target, random), cut);
		},
		() => document.moveLine(at, other, random.chance(0.5)),
		() => document.copyLine(at, other),
		() => lines.length > 4 && random.chance(0.5) && document.removeLine(at),
		() => document.insertLine(other, random.pick(notes)),
		() => {
			const [from, to] = sentenceIn(text, random);
			document.remove(at, from, to);
		}
	];
	random.pick(edits)();

	function remove(line: number, length: number): void {
		if (text.length === 0) return;
		const from = random.below(text.length);
		document.remove(line, from, Math.min(text.length, from + length));
	}
}

/** One to twelve words that stand side by side in a note. */
function wordsFrom(note: string, random: Random): string {
	const all = note.split(' ');
	const from = random.below(all.length);
	return all.slice(from, from + 1 + random.below(12)).join(' ');
}

/** Where a word begins. */
function borderIn(text: string, random: Random): number {
	const borders = [...text.matchAll(/(?<=^|\s)\S/g)].map(({ index }) => index);
	return borders.length === 0 ? 0 : random.pick(borders);
}

function wordIn(text: string, random: Random): [number, number] {
	const words = [...text.matchAll(/\S+/g)];
	const word = words.length === 0 ? undefined : random.pick(words);
	return word === undefined ? [0, 0] : [word.index, word.index + word[0].length];
}

function sentenceIn(text: string, random: Random): [number, number] {
	const sentences = [...text.matchAll(/[^.]+\.?\s?/g)];
	const sentence = sentences.length === 0 ? undefined : random.pick(sentences);
	return sentence === undefined ? [0, 0] : [sentence.index, sentence.index + sentence[0].length];
}
