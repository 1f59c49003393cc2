/** What became of somebody else's bytes: a value, or a reason from a closed list. Never an exception. */
export type Verdict<T, R extends string = string> =
	{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: R };

export function accept<T>(value: T): { readonly ok: true; readonly value: T } {
	return { ok: true, value };
}

export function refuse<R extends string>(reason: R): { readonly ok: false; readonly reason: R } {
	return { ok: false, reason };
}
