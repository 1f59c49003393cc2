/**
 * All that a document says, as another document's first words: for what goes on in another place under the same name.
 *
 * Promises: every block keeps its id, its facts and where it was carried over from, so that comments find their words
 * again; every picture comes along, also one that stands in the text no more and could come back.
 * Must never: be run while values wait for somebody to pick (`findDisagreements`): only the one in force is copied.
 */
import * as Y from 'yjs';
import { keepPicture, picturesIn } from './pictures.ts';
import { BODY_FIELD } from './schema-version.ts';

/** What is written one after the other, each in an edit of its own: a picture is as much as an envelope takes. */
export function bodyCopy(from: Y.Doc): readonly ((to: Y.Doc) => void)[] {
	const blocks = from.getXmlFragment(BODY_FIELD).toArray();
	return [
		(to) => {
			const made = blocks.flatMap((block) =>
				block instanceof Y.XmlElement || block instanceof Y.XmlText ? [block.clone()] : []
			);
			to.getXmlFragment(BODY_FIELD).insert(0, made);
		},
		...picturesIn(from).map((picture) => (to: Y.Doc) => void keepPicture(to, picture))
	];
}
