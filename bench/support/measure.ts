/** What a measurement looks like, and the few sums it needs. */
export interface Metric {
	readonly value: number;
	readonly unit: string;
	readonly ours?: number;
	readonly peer?: number;
	readonly peerName?: string;
	readonly note?: string;
}

export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** Three digits are all that a shared machine can tell. */
export function rounded(value: number): number {
	return Number(value.toPrecision(3));
}

export function ratio(ours: number, peer: number, peerName: string, unit = 'ratio', note?: string): Metric {
	return {
		value: rounded(ours / peer),
		unit,
		ours: rounded(ours),
		peer: rounded(peer),
		peerName,
		...(note !== undefined && { note })
	};
}
