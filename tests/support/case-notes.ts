/**
 * Synthetic case notes as social-service workers write them (andkov/case-note-simulator, MIT): all 250 where
 * ../shared/data is beside the project, else the excerpt kept here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ALL = join(import.meta.dirname, '../../../shared/data/notes/case-notes.json');
const EXCERPT = join(import.meta.dirname, 'case-notes.excerpt.json');

export const caseNotes: readonly string[] = read();

function read(): string[] {
	if (existsSync(ALL)) {
		const all = JSON.parse(readFileSync(ALL, 'utf8')) as { synthetic_cases: { case_note: string }[] };
		return all.synthetic_cases.map((one) => one.case_note);
	}
	return (JSON.parse(readFileSync(EXCERPT, 'utf8')) as { notes: string[] }).notes;
}

/** The same notes as the file that other systems export: a list deep in a JSON object, beside much else. */
export function caseNotesFile(): string {
	if (existsSync(ALL)) return readFileSync(ALL, 'utf8');
	const rows = caseNotes.map((case_note, index) => ({
		person_oid: `CN-${index}`,
		gender: 'Female',
		case_note
	}));
	return JSON.stringify({ source: 'excerpt', synthetic_cases: rows });
}
