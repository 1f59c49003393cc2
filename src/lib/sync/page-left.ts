/** Browsers give a page that is left a moment: enough to seal what is merged. */
export function flushWhenLeft(flush: () => void): () => void {
	const page = globalThis as Partial<Pick<Window, 'document' | 'addEventListener' | 'removeEventListener'>>;
	const hidden = () => {
		if (page.document?.visibilityState === 'hidden') flush();
	};
	page.document?.addEventListener('visibilitychange', hidden);
	page.addEventListener?.('pagehide', flush);
	page.addEventListener?.('blur', flush);
	return () => {
		page.document?.removeEventListener('visibilitychange', hidden);
		page.removeEventListener?.('pagehide', flush);
		page.removeEventListener?.('blur', flush);
	};
}
