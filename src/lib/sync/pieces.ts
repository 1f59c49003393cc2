/**
 * One large Yjs update as several that each fit into an envelope [E5]. All structs belong to one client [E4], so the
 * pieces are runs of its clocks; what is deleted goes with the last.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { asBytes, type Bytes } from '#lib/crypto/bytes.ts';

/** The update itself if it fits. Long texts and lists are cut; one single value larger than `maxBytes` stays whole. */
export function splitUpdate(update: Uint8Array, maxBytes: number): Bytes[] {
	if (update.length <= maxBytes) return [asBytes(update)];
	const { structs, ds } = Y.decodeUpdate(update);
	const runs: (typeof structs)[] = [];
	let size = Infinity;
	for (const struct of structs.flatMap((whole) => cut(whole, maxBytes))) {
		const added = write([struct], null).length;
		if (size + added > maxBytes) {
			runs.push([]);
			size = 0;
		}
		runs.at(-1)?.push(struct);
		size += added;
	}
	const deletions = ds.clients.size > 0 ? ds : null;
	const pieces = runs.map((run) => write(run, null));
	return deletions === null ? pieces : [...pieces, write([], deletions)];
}

type Decoded = ReturnType<typeof Y.decodeUpdate>;

/** Halves, until each is small enough: Yjs joins neighbours of one client into one struct without limit. */
function cut(struct: Decoded['structs'][number], maxBytes: number): Decoded['structs'] {
	if (!(struct instanceof Y.Item) || write([struct], null).length <= maxBytes) return [struct];
	const { content, id, length } = struct;
	if (length < 2 || !(content instanceof Y.ContentString || content instanceof Y.ContentAny)) return [struct];
	let half = Math.floor(length / 2);
	// between the two halves of an emoji Yjs would put replacement characters
	if (content instanceof Y.ContentString && /[\uD800-\uDBFF]/.test(content.str.charAt(half - 1))) half--;
	if (half === 0) return [struct];
	const left = content.copy();
	const right = left.splice(half);
	const { origin, rightOrigin, parent, parentSub } = struct;
	const before = Y.createID(id.client, id.clock + half - 1);
	const after = Y.createID(id.client, id.clock + half);
	return [
		...cut(new Y.Item(id, null, origin, null, rightOrigin, parent, parentSub, left), maxBytes),
		...cut(new Y.Item(after, null, before, null, rightOrigin, parent, parentSub, right), maxBytes)
	];
}

function write(structs: Decoded['structs'], deletions: Decoded['ds'] | null): Bytes {
	const encoder = new Y.UpdateEncoderV1();
	const rest = encoder.restEncoder;
	const [first] = structs;
	encoding.writeVarUint(rest, first === undefined ? 0 : 1);
	if (first !== undefined) {
		encoding.writeVarUint(rest, structs.length);
		encoder.writeClient(first.id.client);
		encoding.writeVarUint(rest, first.id.clock);
		for (const struct of structs) struct.write(encoder, 0);
	}
	encoding.writeVarUint(rest, deletions?.clients.size ?? 0);
	for (const [client, ranges] of deletions?.clients ?? []) {
		encoder.resetDsCurVal();
		encoding.writeVarUint(rest, client);
		encoding.writeVarUint(rest, ranges.length);
		for (const { clock, len } of ranges) {
			encoder.writeDsClock(clock);
			encoder.writeDsLen(len);
		}
	}
	return asBytes(encoder.toUint8Array());
}
