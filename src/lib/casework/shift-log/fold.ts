/**
 * From signed operations to one day's log: one pure function.
 *
 * Promises: the same operations in any order and with any duplicates give the same log; entries stand in the order in
 * which things happened; nothing that was entered is dropped by what others do: what was corrected stays, with who
 * corrected it and why.
 * Must never: look at a clock, at the order of arrival, or at who is looking.
 */
import { MAX_LOG_LAMPORT, type EntryFacts, type LogOperation, type SignedLogOperation } from './operation.ts';

export interface ShiftLog {
	/** By occurrence. */
	readonly entries: readonly LogEntry[];
	/** By the moment they were written. */
	readonly handovers: readonly Handover[];
	/** Every name by which this log has called a resident, the present one first. */
	readonly residents: ReadonlyMap<string, readonly string[]>;
	/** What the next operation carries. */
	readonly lamport: number;
	/** Operations that only a newer app can read. */
	readonly unknown: number;
	/** Operations that their author had no right to. */
	readonly refused: number;
}

export interface LogEntry {
	readonly id: string;
	readonly author: string;
	readonly enteredAt: number;
	readonly original: EntryFacts;
	/** The last one is in force. */
	readonly corrections: readonly Correction[];
	/** What holds now; null when it was struck out as a whole. */
	readonly facts: EntryFacts | null;
	/** When it happened, as far as known now. */
	readonly occurredAt: number;
	/** Who dealt with the follow-up; null while it is open. */
	readonly followUpDone: { readonly by: string; readonly at: number } | null;
}

export interface Correction {
	readonly id: string;
	readonly author: string;
	readonly at: number;
	readonly reason: string;
	readonly facts: EntryFacts | null;
}

export interface Handover {
	readonly id: string;
	readonly author: string;
	readonly at: number;
	readonly summary: string;
	/** Who took it over, the first first; never its author. */
	readonly readBy: readonly { readonly person: string; readonly at: number }[];
}

interface Signed {
	readonly operation: LogOperation;
	readonly author: string;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Only who may write the body of a document enters in a log: a commenter's operation is refused by everybody. */
export function mayEnter(role: SignedLogOperation['role']): boolean {
	return role === 'owner' || role === 'editor';
}

export function foldShiftLog(operations: readonly SignedLogOperation[]): ShiftLog {
	const { ordered, unknown, refused } = inOrder(operations);
	const entries = new Map<string, Draft<LogEntry>>();
	const handovers = new Map<string, Draft<Handover>>();
	const residents = new Map<string, string[]>();

	// what is spoken of first: an operation never depends on how honest a lamport is, nor on what arrived before it
	for (const { operation, author } of ordered) {
		const { id, at } = operation;
		if (operation.type === 'log-entry') {
			const { facts } = operation;
			entries.set(id, {
				...{ id, author, enteredAt: at, original: facts, facts, occurredAt: facts.occurredAt },
				...{ corrections: [], followUpDone: null }
			});
		} else if (operation.type === 'log-handover')
			handovers.set(id, { id, author, at, summary: operation.summary, readBy: [] });
	}
	for (const { operation, author } of ordered) {
		const { id, at } = operation;
		switch (operation.type) {
			case 'log-correction': {
				const entry = entries.get(operation.entry);
				if (entry === undefined) break;
				const { reason, facts } = operation;
				entry.corrections = [...entry.corrections, { id, author, at, reason, facts }];
				entry.facts = facts;
				entry.occurredAt = facts?.occurredAt ?? entry.occurredAt;
				break;
			}
			case 'log-follow-up': {
				const entry = entries.get(operation.entry);
				if (entry !== undefined) entry.followUpDone = operation.done ? { by: author, at } : null;
				break;
			}
			case 'log-acknowledge': {
				const handover = handovers.get(operation.handover);
				if (handover === undefined || handover.author === author) break;
				if (handover.readBy.some(({ person }) => person === author)) break;
				handover.readBy = [...handover.readBy, { person: author, at }];
				break;
			}
			case 'log-resident': {
				const names = residents.get(operation.resident) ?? [];
				residents.set(operation.resident, [
					operation.name,
					...names.filter((name) => name !== operation.name)
				]);
				break;
			}
		}
	}
	return {
		entries: [...entries.values()].sort(
			(a, b) =>
				a.occurredAt - b.occurredAt || a.enteredAt - b.enteredAt || (a.id < b.id ? -1 : Number(a.id > b.id))
		),
		handovers: [...handovers.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
		residents,
		lamport: Math.min((ordered.at(-1)?.operation.lamport ?? -1) + 1, MAX_LOG_LAMPORT),
		unknown,
		refused
	};
}

/** Still to be done, as it stands. */
export function openFollowUps(log: ShiftLog): readonly LogEntry[] {
	return log.entries.filter(({ facts, followUpDone }) => facts?.followUp && followUpDone === null);
}

/** Later than this it is said, ms: until then somebody was simply finishing what they were at. */
const LATE_AFTER = 15 * 60_000;

/** How long after the fact it was entered, in ms; 0 when at the time. */
export function lateBy({ enteredAt, original }: LogEntry): number {
	const late = enteredAt - original.occurredAt;
	return late > LATE_AFTER ? late : 0;
}

/** By lamport, then the writer's clock, then id; each id once, under its author's own name, of those who may. */
function inOrder(operations: readonly SignedLogOperation[]) {
	const newer = new Set<string>();
	const refused = new Set<string>();
	const byId = new Map<string, Signed>();
	for (const { operation, author, role } of operations) {
		if (operation.type === 'newer') {
			newer.add(`${author} ${operation.id}`);
			continue;
		}
		const before = byId.get(operation.id);
		const one = { operation, author };
		if (!mayEnter(role) || !operation.id.startsWith(`${author}.`))
			refused.add(`${author} ${spelling(operation)}`);
		else if (before === undefined) byId.set(operation.id, one);
		else if (before.operation !== operation) {
			// one device wrote two operations under one id: all devices keep the same one, whichever came first here
			const [first, second] = [spelling(before.operation), spelling(operation)];
			if (first !== second) refused.add(`${author} ${first < second ? second : first}`);
			if (second < first) byId.set(operation.id, one);
		}
	}
	const ordered = [...byId.values()].sort(compare);
	return { ordered, unknown: newer.size, refused: refused.size };
}

function compare({ operation: a }: Signed, { operation: b }: Signed): number {
	return a.lamport - b.lamport || a.at - b.at || (a.id < b.id ? -1 : 1);
}

/** `readLogOperation` writes its fields in one order, so equal operations are spelt alike. */
const spelling = (operation: LogOperation) => JSON.stringify(operation);
