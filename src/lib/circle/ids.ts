/**
 * Ids: random or hashed bytes, written as base64url, branded so that one kind is never taken for another.
 *
 * Promises: one id has one spelling; `is…` says yes to exactly the strings that the rest of the app may hold.
 */
import { fromBase64Url, randomBytes, sha256, toBase64Url, type Bytes } from '#lib/crypto/bytes.ts';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** SHA-256 of the circle's first entry. */
export type CircleId = Id<'circle'>;
export type DocumentId = Id<'document'>;
/** First 16 bytes of SHA-256 of the device's signing key [I1]. */
export type DeviceId = Id<'device'>;
export type PersonId = Id<'person'>;
export type SessionId = Id<'session'>;

export const CIRCLE_ID_LENGTH = 32;
export const SHORT_ID_LENGTH = 16;

export const newDocumentId = () => toBase64Url(randomBytes(SHORT_ID_LENGTH)) as DocumentId;
export const newPersonId = () => toBase64Url(randomBytes(SHORT_ID_LENGTH)) as PersonId;
export const newSessionId = () => toBase64Url(randomBytes(SHORT_ID_LENGTH)) as SessionId;

export async function deviceIdOf(signingPublicKey: Uint8Array): Promise<DeviceId> {
	return toBase64Url((await sha256(signingPublicKey)).subarray(0, SHORT_ID_LENGTH)) as DeviceId;
}

export const isCircleId = (value: unknown): value is CircleId => isId(value, CIRCLE_ID_LENGTH);
export const isDocumentId = (value: unknown): value is DocumentId => isId(value, SHORT_ID_LENGTH);
export const isDeviceId = (value: unknown): value is DeviceId => isId(value, SHORT_ID_LENGTH);
export const isPersonId = (value: unknown): value is PersonId => isId(value, SHORT_ID_LENGTH);
export const isSessionId = (value: unknown): value is SessionId => isId(value, SHORT_ID_LENGTH);

/** The bytes of an id that the types say is one; anything else is our own mistake. */
export function idBytes(id: CircleId | DocumentId | DeviceId | PersonId | SessionId): Bytes {
	const bytes = fromBase64Url(id);
	if (bytes === null) throw new Error('not an id');
	return bytes;
}

/** The id that these bytes are. The caller has judged their length and names the kind. */
export function readId<T extends CircleId | DocumentId | DeviceId | PersonId | SessionId>(
	bytes: Uint8Array
): T {
	return toBase64Url(bytes) as T;
}

function isId(value: unknown, length: number): boolean {
	if (typeof value !== 'string' || value.length !== Math.ceil((length * 4) / 3)) return false;
	return fromBase64Url(value)?.length === length;
}
