/** For carets and initials. All have a contrast of at least 4.5 : 1 against white text. */
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

/** The colour of the n-th person who came into a circle: the same on every device, another for each of the first ten. */
export function colourOf(place: number): string {
	return colours[Math.max(place, 0) % colours.length] ?? '#1d4ed8';
}
