/** Strengths and needs assessment, first version. Frozen: see seed.ts. */
import { areasOfNeed } from '../codes.ts';
import { block, lines, quote, section, subsection } from './parts.ts';
import type { SeedBlock, Template } from './seed.ts';

const asks: Readonly<Record<string, string>> = {
	accommodation: 'Where they live: is it safe, affordable, and theirs for as long as they want it?',
	'education-work': 'School, training, work, and how the days are filled',
	finances: 'Income, benefits, debts, and how far the money goes',
	drugs: 'Drugs: what part do they play, and what does the person want?',
	alcohol: 'Alcohol: what part does it play, and what does the person want?',
	'health-wellbeing': 'Body and mind, sleep, food, treatment, energy',
	'relationships-community': 'Family, friends, partners, neighbours, belonging',
	'thinking-behaviour': 'How they make decisions, handle strong feelings and hard situations'
};

// the words of the headings are a copy: those in codes.ts may change, the bytes of a template may not
const names: Readonly<Record<string, string>> = {
	accommodation: 'Home',
	'education-work': 'Education and work',
	finances: 'Money',
	drugs: 'Drugs',
	alcohol: 'Alcohol',
	'health-wellbeing': 'Health and wellbeing',
	'relationships-community': 'Relationships and community',
	'thinking-behaviour': 'Thinking and behaviour'
};

const area = (code: string): readonly SeedBlock[] => [
	subsection(names[code] ?? ''),
	lines(asks[code] ?? ''),
	block('strength', { domain: code }),
	block('need', { domain: code })
];

export const template: Template = {
	id: 'assessment.1',
	client: 106,
	content: [
		section('About this assessment'),
		lines('When did we talk, how often, who was there, and what else do we rely on?'),
		section('In the person’s own words'),
		quote('How do they see their life now? What are they proud of? What would they change first?'),
		section('Areas of life'),
		...areasOfNeed.slice(0, 8).flatMap(({ code }) => area(code)),
		section('Taken together'),
		lines('What carries this person, what presses most, and how do the two belong together?'),
		section('What goes into the plan'),
		lines('Which needs do we work on first? A high need that is left for later should say why.'),
		block('agreement', { hint: 'Does the person see it in this way too?' })
	]
};
