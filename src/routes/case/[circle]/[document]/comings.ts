/** "Ben joined. Ana left.": what changed between two looks at who is here; empty when nobody came or went. */
export function describeComings(
	before: ReadonlyMap<string, string>,
	after: ReadonlyMap<string, string>
): string {
	const joined = [...after].filter(([person]) => !before.has(person)).map(([, name]) => name);
	const left = [...before].filter(([person]) => !after.has(person)).map(([, name]) => name);
	return [joined.length > 0 ? `${list(joined)} joined.` : '', left.length > 0 ? `${list(left)} left.` : '']
		.filter((sentence) => sentence !== '')
		.join(' ');
}

const together = new Intl.ListFormat('en', { type: 'conjunction' });

function list(names: readonly string[]): string {
	return together.format(names);
}
