/**
 * Writes the sample case: an ordinary case, in ordinary edits, so that everything can be tried in it. Needs no relay.
 */
import { isoDay } from '#lib/casework/dates.ts';
import { writeRefs } from '#lib/casework/derive/source.ts';
import { sampleCase } from '#lib/casework/sample/sample-case.ts';
import type { CircleId } from '#lib/circle/ids.ts';
import { CaseFile } from './case-file.svelte.ts';
import { createCase } from './new-case.ts';
import type { Session } from './session.svelte.ts';

/** Calls `onBegun` as soon as the case is there; its documents come one by one. Settles when all are written. */
export async function loadSampleCase(session: Session, onBegun: (circle: CircleId) => void): Promise<void> {
	const sample = sampleCase(isoDay(new Date()));
	const circle = await createCase(session, sample.title);
	const caseFile = new CaseFile(session, circle);
	try {
		await opened(caseFile);
		caseFile.markSample();
		onBegun(circle);
		/** Block as the sample calls it → how later documents refer to it. */
		const ids = new Map<string, string>();
		for (const document of sample.documents) {
			if (caseFile.isRemoved) return; // somebody has seen enough of it already
			const written = await caseFile.newDocuments.createFilled({ ...document, ids });
			// what comes later stands in another document, so it names this one too
			for (const [name, id] of ids)
				if (!id.includes('#')) ids.set(name, writeRefs([{ document: written, block: id }]));
		}
		await writeEvening(caseFile, sample.shiftLog);
	} finally {
		await caseFile.close();
	}
}

async function writeEvening(
	caseFile: CaseFile,
	{ day, residents, entries, handover }: ReturnType<typeof sampleCase>['shiftLog']
): Promise<void> {
	const ids = new Map(residents.map((name) => [name, caseFile.addResident(name) ?? name]));
	const document = await caseFile.newDocuments.startShiftLog(day);
	const log = caseFile.openShiftLog(document, day);
	for (const entry of entries)
		log.enter({ ...entry, residents: entry.residents.map((name) => ids.get(name) ?? name) });
	log.handOver(handover);
	await log.flush();
	await log.close();
}

function opened(caseFile: CaseFile): Promise<void> {
	return new Promise((resolve) => {
		const check = () => {
			if (caseFile.status !== 'ready') return;
			remove();
			resolve();
		};
		const remove = caseFile.onChange(check);
		check();
	});
}
