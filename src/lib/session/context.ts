import { createContext } from 'svelte';
import type { Session } from './session.svelte.ts';

/** One session for the whole app, handed down from the root layout. */
export const [getSession, setSession] = createContext<Session>();
