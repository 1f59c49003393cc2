/**
 * Templates by id, as updates that can be applied any number of times [V4]. Each is a part of its own, loaded when a
 * document that stands on it is opened.
 */
import type { Template } from './templates/seed.ts';

const loads: Readonly<Record<string, () => Promise<Template>>> = {
	'case-plan.1': async () => (await import('./templates/case-plan.1.ts')).template,
	'progress-report.1': async () => (await import('./templates/progress-report.1.ts')).template,
	'case-conference.1': async () => (await import('./templates/case-conference.1.ts')).template,
	'case-note.1': async () => (await import('./templates/case-note.1.ts')).template,
	'case-note-soap.1': async () => (await import('./templates/case-note.1.ts')).soap,
	'case-note-dap.1': async () => (await import('./templates/case-note.1.ts')).dap,
	'case-note-birp.1': async () => (await import('./templates/case-note.1.ts')).birp,
	'intake-report.1': async () => (await import('./templates/intake-report.1.ts')).template,
	'assessment.1': async () => (await import('./templates/assessment.1.ts')).template,
	'safety-plan.1': async () => (await import('./templates/safety-plan.1.ts')).template,
	'release-plan.1': async () => (await import('./templates/release-plan.1.ts')).template,
	'referral-letter.1': async () => (await import('./templates/referral-letter.1.ts')).template,
	'referral-letter.2': async () => (await import('./templates/referral-letter.2.ts')).template,
	'support-letter.1': async () => (await import('./templates/support-letter.1.ts')).template,
	'support-letter.2': async () => (await import('./templates/support-letter.2.ts')).template,
	'household-budget.1': async () => (await import('./templates/household-budget.1.ts')).template,
	'household-budget.2': async () => (await import('./templates/household-budget.2.ts')).template
};

export const templateIds: readonly string[] = Object.keys(loads);

/**
 * The fixed bytes of a template; null for one that only a newer app knows. Rejects when the part of the app that holds
 * it cannot be loaded now: then nothing may be concluded about the document.
 */
export async function templateUpdate(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
	const load = Object.hasOwn(loads, id) ? loads[id] : undefined;
	if (load === undefined) return null;
	const [template, { seedUpdate }] = await Promise.all([load(), import('./templates/seed.ts')]);
	return seedUpdate(template);
}
