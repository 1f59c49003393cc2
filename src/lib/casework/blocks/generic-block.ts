/**
 * The block of which newer apps make new kinds without a new node type [V3]: `kind` names it, `field` nodes hold its
 * values one by one (so that two people who set different fields never overwrite each other), and an app that does not
 * know the kind still shows title, fields and text.
 */
import type { BlockSpec } from './block-spec.ts';

export const genericSpec: BlockSpec = {
	name: 'caseBlock',
	label: 'Block',
	look: 'card',
	searchWords: null,
	titleHint: 'Title',
	fields: [],
	attributes: [
		'kind',
		'label',
		'status',
		'date',
		'due',
		'start',
		'end',
		'who',
		'whoRef',
		'rating',
		'domain',
		'amount',
		'reason',
		'ref',
		'source'
	],
	goesOnWith: null
};
