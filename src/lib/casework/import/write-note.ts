/** An imported note as the words of a case note: its contact, and what happened. Inside a transaction of the caller. */
import * as Y from 'yjs';
import { placePieces } from '../derive/place-pieces.ts';
import { BODY_FIELD } from '../schema-version.ts';
import { block, words } from '../templates/parts.ts';
import type { ImportedNote } from './read-notes.ts';

export function writeNote(doc: Y.Doc, note: ImportedNote, importedAt: string): void {
	const body = doc.getXmlFragment(BODY_FIELD);
	const facts = { date: note.day, time: note.time, type: note.type, who: note.who, enteredAt: importedAt };
	const known = Object.entries(facts).filter(([, value]) => value !== '');
	const contact = body.toArray().find((part) => part instanceof Y.XmlElement && part.nodeName === 'contact');
	if (contact instanceof Y.XmlElement) {
		for (const [name, value] of known) contact.setAttribute(name, value);
		const title = contact.get(0);
		if (note.subject !== '' && title instanceof Y.XmlElement) title.insert(0, [new Y.XmlText(note.subject)]);
	} else {
		placePieces(body, [
			{
				heading: 'Contact',
				pieces: [block('contact', { ...Object.fromEntries(known), title: note.subject })],
				insteadOf: []
			}
		]);
	}
	const paragraphs = note.text.split(/\r?\n+/).filter((line) => line.trim() !== '');
	placePieces(body, [{ heading: 'What happened', pieces: paragraphs.map(words), insteadOf: ['paragraph'] }]);
}
