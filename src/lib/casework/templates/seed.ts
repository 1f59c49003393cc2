/**
 * Makes the one fixed Yjs update of a template [V4]: constant client id, clocks from 0, so that applied twice or by two
 * people at once it is there once.
 *
 * Promises: the same bytes for ever for the same template (templates.test.ts pins their hash).
 * Must never change: whoever opened a document before would hold other bytes under the same names. A better template is
 * a new template with a new id and a new client id.
 */
import * as Y from 'yjs';
import { BODY_FIELD } from '../schema-version.ts';

export interface SeedBlock {
	readonly type: string;
	/** As the editor would store them: every attribute whose default is not null is written out. */
	readonly attributes?: Readonly<Record<string, unknown>>;
	readonly text?: string;
	readonly content?: readonly SeedBlock[];
}

export interface Template {
	/** `kind.version` */
	readonly id: string;
	/** Yjs client id: below 1000, used by no other template. */
	readonly client: number;
	readonly content: readonly SeedBlock[];
}

export function seedUpdate(template: Template): Uint8Array<ArrayBuffer> {
	const doc = new Y.Doc({ gc: false });
	doc.clientID = template.client;
	let blocks = 0;
	const element = (block: SeedBlock): Y.XmlElement => {
		const made = new Y.XmlElement(block.type);
		// ids are constant too; each is the template's name and the place in it
		made.setAttribute('id', `${template.id}:${++blocks}`);
		// a Y.XmlElement holds any JSON value, though its type says string
		for (const [name, value] of Object.entries(block.attributes ?? {}))
			made.setAttribute(name, value as string);
		if (block.text !== undefined) made.insert(0, [new Y.XmlText(block.text)]);
		if (block.content) made.insert(0, block.content.map(element));
		return made;
	};
	doc.transact(() => doc.getXmlFragment(BODY_FIELD).insert(0, template.content.map(element)));
	const update = new Uint8Array(Y.encodeStateAsUpdate(doc));
	doc.destroy();
	return update;
}
