import { expect, test } from 'vitest';
import * as Y from 'yjs';

/**
 * Nothing here is used by the app yet: it proves that plain node attributes keep what a later release needs in order to
 * show both values with their authors (README.md, "Both values").
 */
interface Written {
	readonly value: unknown;
	readonly client: number;
}

/** The value in force first, then those that were set without having seen it. */
function valuesAtOnce(element: Y.XmlElement, attribute: string): Written[] {
	const values: Written[] = [];
	let item: Y.Item | null = element._map.get(attribute) ?? null;
	while (item !== null) {
		// Yjs joins a person's own successive values into one item; the last of them is the one that others met
		values.push({ value: item.content.getContent().at(-1), client: item.id.client });
		if (item.length > 1) break;
		const before: Y.Item | null = item.left;
		// an item that was set after seeing the one before it names it as its origin
		if (before === null || Y.compareIDs(item.origin, before.lastId)) break;
		item = before;
	}
	return values;
}

// keeps only replaced attribute values: text that was deleted is still collected
const keepReplacedValues = (item: Y.Item) => item.parentSub === null;

function goalOnTwoDevices() {
	const [amina, ben] = [
		new Y.Doc({ gcFilter: keepReplacedValues }),
		new Y.Doc({ gcFilter: keepReplacedValues })
	];
	amina.clientID = 5001;
	ben.clientID = 5002;
	amina.getXmlFragment('body').insert(0, [new Y.XmlElement('goal')]);
	const meet = () => {
		Y.applyUpdate(ben, Y.encodeStateAsUpdate(amina));
		Y.applyUpdate(amina, Y.encodeStateAsUpdate(ben));
	};
	meet();
	return { goals: () => [amina, ben].map((doc) => doc.getXmlFragment('body').get(0) as Y.XmlElement), meet };
}

test('two statuses set apart are both found, with who set them, on every device', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = goals() as [Y.XmlElement, Y.XmlElement];
	hers.setAttribute('lifecycle', 'proposed');
	meet();
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	const found = goals().map((goal) => valuesAtOnce(goal, 'lifecycle'));
	expect(found[0]).toEqual(found[1]);
	expect(found[0]?.map(({ value }) => value).sort()).toEqual(['active', 'on-hold']);
	expect(found[0]?.map(({ client }) => client).sort()).toEqual([5001, 5002]);
});

test('a choice made after seeing both settles it', () => {
	const { goals, meet } = goalOnTwoDevices();
	const [hers, his] = goals() as [Y.XmlElement, Y.XmlElement];
	hers.setAttribute('lifecycle', 'active');
	his.setAttribute('lifecycle', 'on-hold');
	meet();
	his.setAttribute('lifecycle', 'active');
	meet();
	for (const goal of goals())
		expect(valuesAtOnce(goal, 'lifecycle')).toEqual([{ value: 'active', client: 5002 }]);
});
