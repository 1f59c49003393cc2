/** How long what people type may be; elsewhere than the operations, so that a page without Yjs can know it. */
export const MAX_TEXT = 20_000;
