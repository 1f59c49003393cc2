/**
 * Where a carried-over piece came from: the attribute `source` of a block, one short text.
 *
 * Promises: a block carried over from the same place has the same id on every device, so that two people who carry it
 * over at once can be told from two different blocks; what cannot be read is no source.
 */

export interface Source {
	/** The document it came from, and the block in it. */
	readonly document: string;
	readonly block: string;
	/** Hash of what the source was when it was carried over, or last taken over. */
	readonly hash: string;
	/** Hash of what was written here at first, with the blocks inside. As long as it is the same, nobody has touched it. */
	readonly made: string;
}

export function writeSource({ document, block, hash, made }: Source): string {
	return [document, block, hash, made].map(encodeURIComponent).join(' ');
}

export function readSource(value: unknown): Source | null {
	if (typeof value !== 'string') return null;
	try {
		const [document, block, hash, made, ...more] = value.split(' ').map(decodeURIComponent);
		if (!document || !block || hash === undefined || made === undefined || more.length > 0) return null;
		return { document, block, hash, made };
	} catch {
		return null;
	}
}

/** The id that a block gets when it is carried over; `purpose` keeps apart what one source becomes in one document. */
export function carriedId(source: Pick<Source, 'document' | 'block'>, purpose: string): string {
	return `${CARRIED}${contentHash(JSON.stringify([source.document, source.block, purpose]))}`;
}

export function isCarriedId(id: unknown): boolean {
	return typeof id === 'string' && id.startsWith(CARRIED);
}

const CARRIED = 'from-';

/** Several blocks, each with its document: what a note's `goals` and a need's `goal` hold. */
export function writeRefs(refs: readonly { readonly document: string; readonly block: string }[]): string {
	return refs
		.map(({ document, block }) => `${encodeURIComponent(document)}#${encodeURIComponent(block)}`)
		.join(' ');
}

/** `here`: the document they stand in, which a block alone belongs to. */
export function readRefs(
	value: unknown,
	here: string
): readonly { readonly document: string; readonly block: string }[] {
	if (typeof value !== 'string') return [];
	return value.split(' ').flatMap((ref) => {
		try {
			const [first, second, ...more] = ref.split('#').map(decodeURIComponent);
			const [document, block] = second === undefined ? [here, first] : [first, second];
			return document && block && more.length === 0 ? [{ document, block }] : [];
		} catch {
			return [];
		}
	});
}

/**
 * 53 bits that differ when the text differs, as 11 characters. Not for secrets: it says "changed since", never "true".
 * (cyrb53, public domain: two 32-bit multiplicative hashes, mixed.)
 */
export function contentHash(text: string): string {
	let a = 0xdeadbeef;
	let b = 0x41c6ce57;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		a = Math.imul(a ^ unit, 2654435761);
		b = Math.imul(b ^ unit, 1597334677);
	}
	a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
	b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
	return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36).padStart(11, '0');
}
