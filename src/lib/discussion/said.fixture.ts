/** What people say in tests of the discussion, each with the role they have in the circle. */
import {
	readOperation,
	type DiscussionRole,
	type Operation,
	type OperationId,
	type SignedOperation
} from './operation.ts';

export const roles: Readonly<Record<string, DiscussionRole>> = {
	olga: 'owner',
	ed: 'editor',
	cora: 'commenter',
	carl: 'commenter',
	rita: 'reader'
};

export type Said<T = Operation> = T extends Operation ? Omit<T, 'v' | 'id' | 'lamport' | 'at'> : never;

/** `say('cora', '1', 3, { … })`: Cora's operation cora.1 with lamport 3. */
export function say(author: string, name: string, lamport: number, said: Said): SignedOperation {
	const id: OperationId = `${author}.${name}`;
	const operation = readOperation({ v: 1, id, lamport, at: 1000 + lamport, ...said });
	if (operation === null) throw new Error('not an operation');
	return { operation, author, role: roles[author] ?? null };
}
