/**
 * A picture: its title is the caption. `file` names the bytes, which stand in the same document (../pictures.ts), so
 * that they are sealed, kept and sent like every word of it.
 */
import type { BlockSpec } from './block-spec.ts';

export const imageSpec: BlockSpec = {
	name: 'image',
	label: 'Picture',
	look: 'card',
	searchWords: 'image photo drawing map scan genogram',
	titleHint: 'Caption',
	fields: [
		{ attribute: 'file', label: 'Picture', hint: 'Choose a picture', kind: 'picture', first: true },
		{
			attribute: 'alt',
			label: 'What the picture shows',
			hint: 'for those who cannot see it',
			kind: 'text'
		}
	],
	attributes: ['source'],
	goesOnWith: null
};
