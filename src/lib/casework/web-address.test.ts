import { expect, test } from 'vitest';
import { readWebAddress } from './web-address.ts';

test.each([
	['https://example.org/a?b', 'https://example.org/a?b'],
	['example.org', 'https://example.org/'],
	['localhost.example:8080/x', 'https://localhost.example:8080/x'],
	['ana@example.org', 'mailto:ana@example.org'],
	['mailto:ana@example.org', 'mailto:ana@example.org'],
	['+1-604-555-0199', 'tel:+16045550199'],
	['tel:+16045550199', 'tel:+16045550199']
])('%s leads to %s', (typed, address) => expect(readWebAddress(typed)).toBe(address));

test.each([
	'javascript:alert(1)',
	' JaVaScRiPt:alert(1)',
	'data:text/html,x',
	'file:///etc/passwd',
	'java\nscript:x',
	'two words',
	'',
	'word'
])('%j is not a link', (typed) => expect(readWebAddress(typed)).toBeNull());
