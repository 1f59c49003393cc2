/** Reads what somebody typed or pasted as an address. Null unless it leads to a web page, a mailbox or a telephone. */
export function readWebAddress(text: string): string | null {
	const typed = text.trim();
	if (typed === '' || /\s/.test(typed)) return null;
	const hasScheme = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(typed);
	if (!hasScheme) {
		if (/^[^@/]+@[^@/]+\.[^@/]+$/.test(typed)) return `mailto:${typed}`;
		if (/^\+?[\d().-]{6,}$/.test(typed)) return `tel:${typed.replace(/[^+\d]/g, '')}`;
		if (!/^[^/]+\.[^/.]{2,}/.test(typed)) return null;
	}
	const address = hasScheme ? typed : `https://${typed}`;
	if (!URL.canParse(address)) return null;
	const { protocol, href, hostname } = new URL(address);
	if (protocol === 'mailto:' || protocol === 'tel:') return href;
	return (protocol === 'https:' || protocol === 'http:') && hostname !== '' ? href : null;
}
