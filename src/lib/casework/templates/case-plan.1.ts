/** Case plan, first version. Frozen: see seed.ts. */
import type { SeedBlock, Template } from './seed.ts';

const section = (text: string): SeedBlock => ({ type: 'heading', attributes: { level: 2 }, text });
const lines = (hint: string): SeedBlock => ({ type: 'paragraph', attributes: { hint } });
const words = (text: string): SeedBlock => ({ type: 'paragraph', text });
const title: SeedBlock = { type: 'blockTitle' };
const step: SeedBlock = { type: 'step', content: [title] };

const needs = (area: string): SeedBlock => ({
	type: 'tableRow',
	content: [
		{ type: 'tableCell', attributes: { colspan: 1, rowspan: 1 }, content: [words(area)] },
		{ type: 'tableCell', attributes: { colspan: 1, rowspan: 1 }, content: [{ type: 'paragraph' }] }
	]
});
const heading = (text: string): SeedBlock => ({
	type: 'tableHeader',
	attributes: { colspan: 1, rowspan: 1 },
	content: [words(text)]
});
const agreed = (text: string): SeedBlock => ({
	type: 'taskItem',
	attributes: { checked: false },
	content: [words(text)]
});

export const template: Template = {
	id: 'case-plan.1',
	client: 101,
	content: [
		section('Who and why'),
		lines('Who is this plan for, what name do they like to be called by, and what brings us together?'),
		section('In the person’s own words'),
		{ type: 'blockquote', content: [lines('What matters most right now? Write it as it was said.')] },
		section('Strengths'),
		{
			type: 'bulletList',
			content: [
				{
					type: 'listItem',
					content: [lines('What goes well already: skills, people, places, what has helped before')]
				}
			]
		},
		section('Needs'),
		{
			type: 'table',
			content: [
				{ type: 'tableRow', content: [heading('Part of life'), heading('What is needed')] },
				needs('Home'),
				needs('Money'),
				needs('Health and wellbeing'),
				needs('Family, friends and community'),
				needs('Education and work')
			]
		},
		section('Goals'),
		{ type: 'goal', content: [title, step, step] },
		{ type: 'goal', content: [title, step] },
		section('Agreement'),
		lines('Does the person agree with this plan? If they do not, or could not answer, say why.'),
		{
			type: 'taskList',
			content: [
				agreed('We read this plan together'),
				agreed('The person agrees with it'),
				agreed('The person was offered a copy')
			]
		},
		section('Next review'),
		lines('When do we look at this plan together again, and who will be there?')
	]
};
