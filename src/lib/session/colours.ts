/**
 * A colour for each person, the same on every device: for carets and initials. All have a contrast of at least 4.5 : 1
 * against white text.
 */
const colours = [
	'#0b6e6e',
	'#9a3412',
	'#1d4ed8',
	'#86198f',
	'#3f6212',
	'#b91c1c',
	'#5b21b6',
	'#155e75',
	'#7c2d12',
	'#065f46'
];

export function colourOf(person: string): string {
	let sum = 0;
	for (const character of person) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
	return colours[sum % colours.length] ?? '#1d4ed8';
}
