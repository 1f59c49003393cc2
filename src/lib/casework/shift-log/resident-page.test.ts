import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { LogEntry } from './fold.ts';
import { residentPage, type KnownNames } from './resident-page.ts';
import { addResident, moveOut, readResidents, residentId } from './residents.ts';

const known: KnownNames = new Map([
	['luis', ['Luis Ortega', 'Luis']],
	['marc', ['Jean-Marc Côté']],
	['hope', ['Hope Adeyemi']],
	['ouyang', ['欧阳明']],
	['luis2', ['Luis Pérez']]
]);

function entry(residents: readonly string[], fact: string, correctedTo: string | null = null): LogEntry {
	const facts = { occurredAt: 0, category: 'note', residents, action: '', followUp: '', fact };
	const corrected = correctedTo === null ? null : { ...facts, fact: correctedTo };
	return {
		...{ id: 'ana.1', author: 'ana', enteredAt: 0, original: facts, occurredAt: 0, followUpDone: null },
		facts: corrected ?? facts,
		corrections: corrected
			? [{ id: 'ana.2', author: 'ana', at: 1, reason: `Not ${correctedTo ?? ''}`, facts: corrected }]
			: []
	};
}

const textOn = (entries: readonly LogEntry[], resident = 'luis') =>
	residentPage(entries, resident, known).entries.map(({ facts }) => facts?.fact);

describe('One resident’s page', () => {
	test('has what concerns them and nothing else, the others under a letter that stays the same', () => {
		const page = residentPage(
			[
				entry(['luis', 'marc'], 'Luis and Jean-Marc argued about the kitchen.'),
				entry(['marc'], 'Jean-Marc went for a walk.'),
				entry([], 'Fire drill at four.'),
				entry(['luis', 'hope'], 'Luis cooked with Hope; JEAN-MARC joined.')
			],
			'luis',
			known
		);
		expect(page.name).toBe('Luis Ortega');
		expect(page.entries.map(({ facts }) => [facts?.fact, facts?.residents])).toEqual([
			['Luis and Resident B argued about the kitchen.', ['Resident B']],
			['Luis cooked with Resident C; Resident B joined.', ['Resident C']]
		]);
	});

	test.each([
		[
			'Cote, côte and Côté’s room; the Côtés',
			'Resident B, Resident B and Resident B’s room; the Resident Bs'
		],
		['jean marc said', 'Resident B Resident B said'],
		['I hope so; Hope said no', 'I hope so; Resident B said no'],
		['欧阳明今天去了诊所', 'Resident B今天去了诊所'],
		['Luis met Luis Pérez', 'Luis met Resident B'],
		['Marcelle and the Marches stay', 'Marcelle and the Marches stay'],
		['nothing (to) mask? [a+b]', 'nothing (to) mask? [a+b]']
	])('%s', (fact, masked) => expect(textOn([entry(['luis'], fact)])).toEqual([masked]));

	test('masks what was struck out and why, and keeps an entry that no longer names them', () => {
		const wrong = entry(['luis'], 'Hope was late.', 'Côté was late.');
		const [page] = residentPage([wrong], 'luis', known).entries;
		expect(page?.original.fact).toBe('Resident B was late.');
		expect(page?.corrections[0]?.reason).toBe('Not Resident C was late.');
		const moved: LogEntry = { ...wrong, facts: { ...wrong.original, residents: ['marc'] } };
		expect(residentPage([moved], 'luis', known).entries).toHaveLength(1);
	});

	test('names nobody else, whatever is written around a name', () => {
		const names = [...known].filter(([id]) => id !== 'luis').flatMap(([, all]) => all);
		const around = fc.constantFrom(' ', ', ', '. ', '(', ')', '“', '’s ', '\n', '/', '-', '—', ' and ', '1 ');
		const change = fc.constantFrom<(name: string) => string>(
			(name) => name,
			(name) => name.toUpperCase(),
			(name) => name.normalize('NFD'),
			(name) => name.replace(' ', '  ')
		);
		const text = fc
			.array(fc.tuple(around, fc.constantFrom(...names), change, around), { minLength: 1, maxLength: 6 })
			.map((pieces) => pieces.map(([before, name, how, after]) => before + how(name) + after).join(''));
		fc.assert(
			fc.property(text, (fact) => {
				const plain = (textOn([entry(['luis'], fact)])[0] ?? '')
					.normalize('NFD')
					.replace(/\p{Mn}/gu, '')
					.toLowerCase();
				for (const part of ['cote', 'marc', 'adeyemi', 'perez', '欧阳明']) expect(plain).not.toContain(part);
			}),
			{ seed: 11, numRuns: 300 }
		);
	});
});

describe('The residents of a house', () => {
	test('are one when two tablets add the same name apart, and come back when they are added again', () => {
		const [one, other] = [new Y.Doc(), new Y.Doc()];
		expect(addResident(one, ' Ana  Ruiz ')).toBe('ana ruiz');
		addResident(other, 'ana ruiz');
		Y.applyUpdate(one, Y.encodeStateAsUpdate(other));
		Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
		expect(readResidents(one)).toHaveLength(1);
		expect(readResidents(other)).toEqual(readResidents(one));
		moveOut(one, 'ana ruiz');
		expect(readResidents(one)[0]?.here).toBe(false);
		addResident(one, 'Ana Ruiz');
		expect(readResidents(one)[0]?.here).toBe(true);
		expect(addResident(one, '   ')).toBeNull();
		expect(residentId('Ｌuis')).toBe('luis');
	});

	test('are read whatever another device wrote', () => {
		const doc = new Y.Doc();
		const map = doc.getMap<unknown>('residents');
		for (const [id, value] of Object.entries({
			a: 3,
			b: null,
			c: { name: 7 },
			d: new Y.Map(),
			e: { name: 'E' }
		}))
			map.set(id, value);
		expect(readResidents(doc)).toEqual([{ id: 'e', name: 'E', here: true }]);
	});
});
