/** An evening at Maple Street house, and the hand-over to the night. */
import type { SampleCase } from './sample-case.ts';

type Evening = Pick<SampleCase['shiftLog'], 'residents' | 'entries'>;

export function sampleEvening(day: string): Evening {
	const [year = 2026, month = 1, date = 1] = day.split('-').map(Number);
	const entry = (
		hours: number,
		minutes: number,
		category: string,
		residents: readonly string[],
		fact: string,
		more: { readonly action?: string; readonly followUp?: string } = {}
	) => ({
		occurredAt: new Date(year, month - 1, date, hours, minutes).getTime(),
		...{ category, residents, fact, action: '', followUp: '', ...more }
	});
	return {
		residents: ['Teddy', 'Nadia Rahal', 'Samir', 'Mr. Abel'],
		entries: [
			entry(15, 5, 'note', [], 'Shift begun. Four at home, kitchen clean, mail on the hall table.'),
			entry(15, 40, 'out-back', ['Samir'], 'Samir back from school, in good spirits; a test went well.'),
			entry(
				16,
				5,
				'visit-call',
				['Teddy'],
				'Oskar here for the afternoon. Homework at the kitchen table, then buns.'
			),
			entry(17, 30, 'medication', ['Mr. Abel'], 'Mr. Abel took his evening tablets with water.', {
				action: 'Signed on his sheet.'
			}),
			entry(
				18,
				15,
				'meal',
				['Teddy', 'Nadia Rahal', 'Samir', 'Mr. Abel'],
				'Supper together. Teddy and Nadia cooked; nothing was left.'
			),
			entry(19, 10, 'house', [], 'The tap in the upstairs bathroom drips again.', {
				followUp: 'Ring the plumber in the morning'
			}),
			entry(20, 45, 'health', ['Nadia Rahal'], 'Nadia has had a headache since noon; lay down early.', {
				action: 'Brought her tea, left the hall light on.',
				followUp: 'Ask Nadia at breakfast how she is'
			}),
			entry(22, 0, 'round', [], 'Round of the house: doors locked, all in, quiet.')
		]
	};
}

export const sampleHandover =
	'A good evening. Please look in on Nadia once in the night. Teddy may be up at three: tea, the radio, and let her bake. The plumber’s number is on the fridge.';
