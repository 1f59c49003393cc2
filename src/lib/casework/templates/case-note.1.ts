/** Case notes, first versions: plain, and in the three orders that are common practice. Frozen: see seed.ts. */
import { block, lines, section } from './parts.ts';
import type { SeedBlock, Template } from './seed.ts';

const goals: readonly SeedBlock[] = [
	section('Goals this was about'),
	lines('Which goals of the plan did this touch? Leave it empty if none.')
];

export const template: Template = {
	id: 'case-note.1',
	client: 104,
	content: [
		block('contact'),
		section('What happened'),
		lines('What was seen, said and done? Keep what you know apart from what you think.'),
		...goals,
		section('What comes next'),
		block('action')
	]
};

export const soap: Template = {
	id: 'case-note-soap.1',
	client: 112,
	content: [
		block('contact'),
		section('Subjective'),
		lines('What did the person say about how things are?'),
		section('Objective'),
		lines('What did you see, hear or read yourself?'),
		section('Assessment'),
		lines('What do you make of it?'),
		section('Plan'),
		lines('What happens next?'),
		block('action'),
		...goals
	]
};

export const dap: Template = {
	id: 'case-note-dap.1',
	client: 113,
	content: [
		block('contact'),
		section('Data'),
		lines('What was said, seen and done?'),
		section('Assessment'),
		lines('What do you make of it?'),
		section('Plan'),
		lines('What happens next?'),
		block('action'),
		...goals
	]
};

export const birp: Template = {
	id: 'case-note-birp.1',
	client: 114,
	content: [
		block('contact'),
		section('Behaviour'),
		lines('How was the person, what did they say and do?'),
		section('Intervention'),
		lines('What did you do or offer?'),
		section('Response'),
		lines('How did the person take it?'),
		section('Plan'),
		lines('What happens next?'),
		block('action'),
		...goals
	]
};
