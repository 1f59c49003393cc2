/** A new id: 72 random bits, 12 characters that are safe in HTML and in addresses. */
export function newBlockId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(9));
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_');
}
