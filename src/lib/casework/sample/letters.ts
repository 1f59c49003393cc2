import { formatDay } from '../dates.ts';
import { block, says, section } from './parts.ts';
import type { Day, SampleDocument } from './sample-case.ts';

export const sampleLetters = (day: Day): readonly SampleDocument[] => [
	{
		kind: 'referral-letter',
		title: 'Referral letter: sleep clinic',
		content: [
			says(formatDay(day(-30))),
			says('To: Sleep clinic, Alder hospital'),
			section('Referral of Teodora Lindqvist, for an appointment at the sleep clinic'),
			says('Dear colleagues,'),
			says(
				'I work with Ms. Lindqvist, who lives at our house in Maple Street, and write with her and at her wish.'
			),
			says(
				'For eight months she has woken at three every night and rarely slept again. For nineteen years she began work at that hour. She had a knee operation in February and has pain in the evening.'
			),
			says(
				'She goes to bed at a fixed hour, drinks no coffee after noon and walks every day. It has helped a little.'
			),
			says(
				'She hopes to teach again from autumn and needs her nights for it. Mornings suit her best; please text before you call. Stairs are difficult for her.'
			),
			says('It need not be tomorrow, but we would be glad to hear within four weeks.'),
			says('They know about this letter and have agreed to what it tells you.'),
			says('With kind regards,'),
			says('Imani Bello, housing worker, 555 0104')
		]
	},
	{
		kind: 'support-letter',
		title: 'Support letter: Quarry Road',
		content: [
			says(formatDay(day(-1))),
			says('To: Quarry Road housing office'),
			section('In support of Teodora Lindqvist, about the flat on the second floor'),
			says('To whom it may concern,'),
			says('I have worked with Ms. Lindqvist for three months, as a housing worker, and see her every week.'),
			says(
				'In this time she has paid for her room on the first of each month, kept every appointment, and left each place she was in cleaner than she found it. Her former landlady, with whom she lived for eleven years, is glad to be called.'
			),
			says('She has treated an injury with patience, begun to earn again, and seen her son every week.'),
			says(
				'I support her application without reservation. The lift and the bus line make this the flat in which she can stay.'
			),
			says('They have agreed to this letter. Please call me if you have questions.'),
			says('Yours sincerely,'),
			says('Imani Bello, housing worker, 555 0104'),
			block('agreement', 'Teddy agrees with this letter', {
				agrees: 'yes',
				date: day(-1),
				means: 'in-person'
			})
		]
	}
];
