/** Templates by id, as updates that can be applied any number of times [V4]. */
import { casePlan1 } from './templates/case-plan.1.ts';
import { seedUpdate, type Template } from './templates/seed.ts';

export const templates: readonly Template[] = [casePlan1];

/** The fixed bytes of a template; null for one that only a newer app knows. */
export function templateUpdate(id: string): Uint8Array<ArrayBuffer> | null {
	const template = templates.find((known) => known.id === id);
	return template ? seedUpdate(template) : null;
}
