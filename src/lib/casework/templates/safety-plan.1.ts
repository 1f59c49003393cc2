/** Safety plan, first version: one page in the person's own words. Frozen: see seed.ts. */
import { bullets, lines, section, table, words } from './parts.ts';
import type { Template } from './seed.ts';

export const template: Template = {
	id: 'safety-plan.1',
	client: 107,
	content: [
		words('If you are in danger right now, call the emergency number, or go to where there are people.'),
		section('1. How I notice that it is getting hard'),
		bullets('Thoughts, feelings, things I do, things that happen around me'),
		section('2. What I can do by myself'),
		bullets('What has calmed me or carried me through before'),
		section('3. People and places that take my mind off it'),
		bullets('Somebody who is good company, a place where I feel well'),
		section('4. People I can ask for help'),
		table(
			['Name', 'Phone', 'When I can reach them'],
			[
				[null, null, null],
				[null, null, null]
			]
		),
		section('5. Professionals and crisis lines'),
		table(
			['Who', 'Phone', 'Hours'],
			[
				['Crisis line', null, null],
				[null, null, null],
				['Emergency', null, null]
			]
		),
		section('6. Making the place where I am safer'),
		bullets('What should be out of reach, who keeps it, where else I could stay'),
		section('What I want to live for'),
		lines('The people, hopes and small things that matter to me'),
		section('This plan'),
		lines('Made on which day, with whom? Who has a copy? When do we look at it again?')
	]
};
