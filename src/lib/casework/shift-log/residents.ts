/**
 * Who lives in the house: one list beside the list of documents, so that every day's log offers the same names.
 *
 * Promises: the id follows from the name, so that two tablets that add the same person apart add them once; readers never
 * throw on what another device wrote.
 * Must never: open a transaction with an origin of its own. The caller wraps edits (`SealedDocument.edit`).
 */
import * as Y from 'yjs';
import { MAX_RESIDENT_NAME } from './operation.ts';

export interface Resident {
	readonly id: string;
	readonly name: string;
	/** False for who has moved out: no longer offered, still named in the logs. */
	readonly here: boolean;
}

export function readResidents(index: Y.Doc): readonly Resident[] {
	const residents: Resident[] = [];
	index.getMap<unknown>('residents').forEach((value, id) => {
		if (typeof value !== 'object' || value === null || value instanceof Y.AbstractType) return;
		const { name, here } = value as Record<string, unknown>;
		if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_RESIDENT_NAME) return;
		residents.push({ id, name, here: here !== false });
	});
	return residents.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/** Adds a resident, or lets one who had moved out back in; answers with the id, null for a name that says nothing. */
export function addResident(index: Y.Doc, typed: string): string | null {
	const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim().slice(0, MAX_RESIDENT_NAME);
	if (name === '') return null;
	const id = residentId(name);
	const before = readResidents(index).find((resident) => resident.id === id);
	if (before?.here !== true) index.getMap('residents').set(id, { name: before?.name ?? name, here: true });
	return id;
}

export function moveOut(index: Y.Doc, id: string): void {
	const before = readResidents(index).find((resident) => resident.id === id);
	if (before?.here === true) index.getMap('residents').set(id, { name: before.name, here: false });
}

/** The same name however it is spelt: "Ana  Ruiz" and "ana ruiz" are one resident. */
export function residentId(name: string): string {
	return name.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).join(' ');
}

/** Every name by which the house or a log knows each resident, by id; the house's name for them first. */
export function allNames(
	house: readonly Resident[],
	log: ReadonlyMap<string, readonly string[]>
): ReadonlyMap<string, readonly string[]> {
	const names = new Map(log);
	for (const { id, name } of house)
		names.set(id, [name, ...(log.get(id) ?? []).filter((other) => other !== name)]);
	return names;
}
