import type { CaseFile } from '#lib/session/case-file.svelte.ts';
import { createContext } from 'svelte';

/** The case that the page in the address belongs to; opened once for all its pages. */
export const [getCaseFile, setCaseFile] = createContext<CaseFile>();
