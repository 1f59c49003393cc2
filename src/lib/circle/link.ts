/**
 * The secret in an invitation's link, and the keys that come of it.
 *
 * Promises: the secret stands only in the URL's fragment, which browsers do not send. One link may open several
 * circles: its signing key is the same in each (so that the relay can find them), its receiving key is not. A link that
 * lost or changed a character is told from one that is merely unknown.
 */
import {
	concatBytes,
	equalBytes,
	fromBase64Url,
	randomBytes,
	sha256,
	toBase64Url,
	utf8,
	type Bytes
} from '#lib/crypto/bytes.ts';
import { deriveSecret } from '#lib/crypto/derive.ts';
import { signingSecretFromSeed, type SigningSecret } from '#lib/crypto/sign.ts';
import { accept, refuse, type Verdict } from '#lib/crypto/verdict.ts';
import { receivingSecretFromSeed, type ReceivingSecret } from '#lib/crypto/wrap.ts';
import { idBytes, type CircleId } from './ids.ts';

/** 32 random bytes. */
export type LinkSecret = Bytes;

const linkVersion = 1;
const noSalt = new Uint8Array(0);

export function createLinkSecret(): LinkSecret {
	return randomBytes(32);
}

/** `origin/join#…`: base64url of 1 byte version ‖ 32 bytes secret ‖ 4 bytes checksum. */
export async function writeLink(origin: string, link: LinkSecret): Promise<string> {
	const content = concatBytes(new Uint8Array([linkVersion]), link);
	return `${origin}/join#${toBase64Url(concatBytes(content, await checksum(content)))}`;
}

/** With or without the `#`; spaces and line breaks that a mail program put in do no harm. */
export async function readLink(fragment: string): Promise<Verdict<LinkSecret, 'mangled'>> {
	const bytes = fromBase64Url(fragment.replace(/^#|\s/g, ''));
	if (bytes?.length !== 37 || bytes[0] !== linkVersion) return refuse('mangled');
	const content = bytes.subarray(0, 33);
	if (!equalBytes(await checksum(content), bytes.subarray(33))) return refuse('mangled');
	return accept(content.slice(1));
}

/** The invitation's identity: its public key stands in the log, and its signature joins. */
export async function inviteSecretOf(link: LinkSecret): Promise<SigningSecret> {
	return signingSecretFromSeed(await deriveSecret(link, noSalt, 'invite-sign'));
}

/** Epoch secrets are wrapped for this key, also those of epochs that begin while the invitation is open. */
export async function inviteReceivingSecretOf(link: LinkSecret, circle: CircleId): Promise<ReceivingSecret> {
	return receivingSecretFromSeed(await deriveSecret(link, idBytes(circle), 'invite-receive'));
}

/** Seals the name of who asks to be let in: the holder of the link has it, and staff, whom the invitation tells it. */
export function requestSecretOf(link: LinkSecret, circle: CircleId): Promise<Bytes> {
	return deriveSecret(link, idBytes(circle), 'request');
}

async function checksum(content: Bytes): Promise<Bytes> {
	return (await sha256(concatBytes(utf8('link-v1'), content))).slice(0, 4);
}
