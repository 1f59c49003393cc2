/**
 * One order for everybody: by lamport; equal ones by the writer's clock, then by id. Each operation once.
 *
 * Must never let one person speak under another's id, nor let two operations of one id both count.
 */
import type { DiscussionRole, Operation, SignedOperation } from './operation.ts';

export interface Signed {
	readonly operation: Operation;
	readonly author: string;
	readonly role: DiscussionRole | null;
}

export interface Ordered {
	readonly ordered: readonly Signed[];
	/** How many only a newer app can read. */
	readonly unknown: number;
	/** How many bore the id of somebody else, or of another operation. */
	readonly forged: number;
}

export function inOrder(operations: readonly SignedOperation[]): Ordered {
	const newer = new Set<string>();
	const foreign = new Set<string>();
	const signed: Signed[] = [];
	for (const { operation, author, role } of operations) {
		if (operation.type === 'newer') newer.add(`${author} ${operation.id}`);
		else if (!operation.id.startsWith(`${author}.`))
			foreign.add(`${author} ${spelling({ operation, author, role })}`);
		else signed.push({ operation, author, role });
	}
	signed.sort(compare);

	const ordered: Signed[] = [];
	const first = new Map<string, Signed>();
	const second = new Set<string>();
	for (const one of signed) {
		const before = first.get(one.operation.id);
		if (before === undefined) {
			first.set(one.operation.id, one);
			ordered.push(one);
		} else if (before.operation !== one.operation && spelling(before) !== spelling(one))
			second.add(spelling(one));
	}
	return { ordered, unknown: newer.size, forged: foreign.size + second.size };
}

function compare(a: Signed, b: Signed): number {
	const [one, other] = [a.operation, b.operation];
	if (one.lamport !== other.lamport) return one.lamport - other.lamport;
	if (one.at !== other.at) return one.at - other.at;
	if (one.id !== other.id) return one.id < other.id ? -1 : 1;
	if (one === other && a.role === b.role) return 0;
	const [left, right] = [spelling(a), spelling(b)];
	return left === right ? 0 : left < right ? -1 : 1;
}

/** `readOperation` writes its fields in one order, so equal operations are spelt alike. */
const spelling = ({ operation, role }: Signed) => JSON.stringify([operation, role]);
