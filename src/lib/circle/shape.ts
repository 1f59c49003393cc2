/**
 * Judging decoded CBOR field by field. A reader answers `undefined` for whatever it does not like and never throws.
 *
 * Maps arrive as `Map` (so that no key can reach a prototype), bytes as `Uint8Array`.
 */
import type { Bytes } from '#lib/crypto/bytes.ts';

export type Reader<T> = (value: unknown) => T | undefined;

/** A copy: what is kept must not hold on to the buffer it came in. */
export function bytesOf(min: number, max = min): Reader<Bytes> {
	return (value) =>
		value instanceof Uint8Array && value.length >= min && value.length <= max
			? new Uint8Array(value)
			: undefined;
}

/** A whole number from 0 to `max`. */
export function countOf(max: number): Reader<number> {
	return (value) =>
		typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
			? value
			: undefined;
}

export function textOf(max: number): Reader<string> {
	return (value) => (typeof value === 'string' && value.length <= max ? value : undefined);
}

export const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

export function oneOf<T extends string>(allowed: readonly T[]): Reader<T> {
	return (value) => allowed.find((item) => item === value);
}

export function orNull<T>(reader: Reader<T>): Reader<T | null> {
	return (value) => (value === null ? null : reader(value));
}

export function listOf<T>(reader: Reader<T>, min: number, max: number): Reader<readonly T[]> {
	return (value) => {
		if (!Array.isArray(value) || value.length < min || value.length > max) return undefined;
		const items: T[] = [];
		for (const raw of value as unknown[]) {
			const item = reader(raw);
			if (item === undefined) return undefined;
			items.push(item);
		}
		return items;
	};
}

/** A map with exactly these fields. */
export function recordOf<T extends object>(fields: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
	const names = Object.keys(fields) as (keyof T & string)[];
	return (value) => {
		if (!(value instanceof Map) || value.size !== names.length) return undefined;
		const record: Partial<T> = {};
		for (const name of names) {
			const item = fields[name](value.get(name));
			if (item === undefined) return undefined;
			record[name] = item;
		}
		return record as T;
	};
}

/** Does this map carry fields beyond these? Then somebody newer wrote it. */
export function hasOtherFields(value: unknown, names: readonly string[]): boolean {
	if (!(value instanceof Map)) return false;
	for (const name of value.keys()) if (!names.includes(name as string)) return true;
	return false;
}
