/** How large the text of documents stands on this device; on paper it is always the same. */
const KEY = 'throughline.text-size';

export const TEXT_SIZES = [
	{ size: '1', name: 'Text as usual' },
	{ size: '1.2', name: 'Larger text' },
	{ size: '1.5', name: 'Largest text' }
] as const;

export function textSize(): string {
	const kept = localStorage.getItem(KEY);
	return TEXT_SIZES.find(({ size }) => size === kept)?.size ?? '1';
}

export function setTextSize(size: string): void {
	localStorage.setItem(KEY, size);
	showTextSize();
}

export function showTextSize(): void {
	document.documentElement.style.setProperty('--text-size', textSize());
}
