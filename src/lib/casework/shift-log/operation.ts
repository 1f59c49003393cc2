/**
 * What a shift log is made of: signed operations that are only ever added, in the lane that refuses deletions.
 *
 * Promises: reading never throws and never takes more than it has bounds for, however odd the bytes of another device;
 * an operation of a newer version is told apart from a broken one.
 * Must never: be changed once written. A mistake is struck through by a correction, and stays readable.
 */

interface Common {
	readonly v: 1;
	/** `<person>.<random>`: names its author, so that nobody can claim the id of somebody else's entry. */
	readonly id: string;
	/** One more than the highest that its writer knew: `ShiftLog.lamport`. */
	readonly lamport: number;
	/** Entered at: milliseconds since 1970 by the writer's clock. */
	readonly at: number;
}

/** What somebody saw and did. */
export interface EntryFacts {
	/** Milliseconds since 1970. */
	readonly occurredAt: number;
	/** A code of categories.ts. */
	readonly category: string;
	/** Ids of residents.ts. */
	readonly residents: readonly string[];
	readonly fact: string;
	readonly action: string;
	readonly followUp: string;
}

export type LogOperation = Common &
	(
		| { readonly type: 'log-entry'; readonly facts: EntryFacts }
		/** `facts`: what is true instead; null: none of it belongs here. */
		| {
				readonly type: 'log-correction';
				readonly entry: string;
				readonly reason: string;
				readonly facts: EntryFacts | null;
		  }
		| { readonly type: 'log-follow-up'; readonly entry: string; readonly done: boolean }
		| { readonly type: 'log-handover'; readonly summary: string }
		| { readonly type: 'log-acknowledge'; readonly handover: string }
		/** The name under which this log speaks of a resident. */
		| { readonly type: 'log-resident'; readonly resident: string; readonly name: string }
	);

/** Of a version or a type that this app does not know. It is kept in the lane and counted. */
export interface NewerLogOperation {
	readonly type: 'newer';
	readonly id: string;
}

export interface SignedLogOperation {
	readonly operation: LogOperation | NewerLogOperation;
	/** The person whose device signed the envelope. */
	readonly author: string;
	/** What the author was when writing. */
	readonly role: 'owner' | 'editor' | 'commenter' | 'reader' | null;
}

export const MAX_LOG_TEXT = 4_000;
export const MAX_LOG_REASON = 500;
export const MAX_RESIDENT_NAME = 80;
const MAX_RESIDENTS = 60;
const MAX_ID = 128;
/** A lamport beyond this was not counted but invented; the next one is never above it. */
export const MAX_LOG_LAMPORT = 2 ** 40;
/** What a JavaScript date can hold, ms. */
const MAX_TIME = 8.64e15;

/** Null for what cannot be an operation of any version. Fields that are not known are dropped. */
export function readLogOperation(value: unknown): LogOperation | NewerLogOperation | null {
	if (!isRecord(value)) return null;
	const { v, type, id, lamport, at } = value;
	// these three stay in every version to come
	if (!isCount(v, Number.MAX_SAFE_INTEGER) || v < 1 || typeof type !== 'string' || !isId(id)) return null;
	if (v !== 1) return { type: 'newer', id };
	if (!isCount(lamport, MAX_LOG_LAMPORT) || !isCount(at, MAX_TIME)) return null;
	const common: Common = { v, id, lamport, at };
	const { entry, reason, done, summary, handover, resident, name } = value;
	switch (type) {
		case 'log-entry': {
			const facts = readFacts(value['facts']);
			return facts === null ? null : { ...common, type, facts };
		}
		case 'log-correction': {
			const facts = value['facts'] === null ? null : (readFacts(value['facts']) ?? undefined);
			if (facts === undefined || !isId(entry) || !isText(reason, MAX_LOG_REASON)) return null;
			return { ...common, type, entry, reason, facts };
		}
		case 'log-follow-up':
			return isId(entry) && typeof done === 'boolean' ? { ...common, type, entry, done } : null;
		case 'log-handover':
			return isText(summary, MAX_LOG_TEXT) ? { ...common, type, summary } : null;
		case 'log-acknowledge':
			return isId(handover) ? { ...common, type, handover } : null;
		case 'log-resident':
			if (!isId(resident) || !isText(name, MAX_RESIDENT_NAME) || name.trim() === '') return null;
			return { ...common, type, resident, name };
		default:
			return { type: 'newer', id };
	}
}

function readFacts(value: unknown): EntryFacts | null {
	if (!isRecord(value)) return null;
	const { occurredAt, category, residents, fact, action, followUp } = value;
	if (!isCount(occurredAt, MAX_TIME) || !isId(category)) return null;
	if (!Array.isArray(residents) || residents.length > MAX_RESIDENTS || !residents.every(isId)) return null;
	const areTexts =
		isText(fact, MAX_LOG_TEXT) && isText(action, MAX_LOG_TEXT) && isText(followUp, MAX_LOG_TEXT);
	return areTexts ? { occurredAt, category, residents, fact, action, followUp } : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): value is string =>
	typeof value === 'string' && value.length <= most;
const isId = (value: unknown): value is string => isText(value, MAX_ID) && value.length > 0;
const isCount = (value: unknown, most: number): value is number =>
	typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
