import { createContext } from 'svelte';

/** Opens the list of keyboard shortcuts; given by the root layout. */
export const [getShowShortcuts, setShowShortcuts] = createContext<() => void>();
