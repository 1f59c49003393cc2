import { expect, test } from 'vitest';
import { describeComings } from './comings.ts';

const people = (...names: string[]) => new Map(names.map((name) => [name.toLowerCase(), name]));

test('nothing is said when nobody came or went', () => {
	expect(describeComings(people('Ana', 'Ben'), people('Ben', 'Ana'))).toBe('');
});

test('who came and who left is said in one breath', () => {
	expect(describeComings(people('Ana'), people('Ben', 'Chi'))).toBe('Ben and Chi joined. Ana left.');
});

test('somebody who is renamed has not come again', () => {
	expect(describeComings(new Map([['1', 'Ana']]), new Map([['1', 'Ana R.']]))).toBe('');
});
