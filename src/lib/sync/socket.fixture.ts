/** A socket in the hands of the test: nothing happens until the test says so. */
import type { Bytes } from '#lib/crypto/bytes.ts';
import { randomBytes } from '#lib/crypto/bytes.ts';
import { readMessage, writeMessage, type Message, type MessageType, type Messages } from './wire.ts';

export class HeldSocket {
	static opened: HeldSocket[] = [];
	readyState = 0;
	binaryType = 'blob';
	onopen: ((event: unknown) => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: ((event: { code: number; reason: string }) => void) | null = null;
	onerror: ((event: unknown) => void) | null = null;
	readonly sent: Bytes[] = [];

	constructor(readonly url: string) {
		HeldSocket.opened.push(this);
	}

	send(data: Uint8Array): void {
		this.sent.push(data.slice());
	}

	close(): void {
		this.readyState = 3;
	}

	/** The relay's side. */
	say<T extends MessageType>(type: T, body: Messages[T]): void {
		this.give(writeMessage(type, body));
	}

	give(frame: Uint8Array): void {
		this.onmessage?.({ data: frame.slice().buffer });
	}

	accept(): void {
		this.readyState = 1;
		this.onopen?.({});
	}

	end(code: number): void {
		this.readyState = 3;
		this.onclose?.({ code, reason: '' });
	}

	/** Up to the device's proof. */
	async challenge(version = 1, founded = true): Promise<Bytes> {
		const nonce = randomBytes(32);
		this.accept();
		this.say('challenge', { version, nonce, founded });
		for (let turns = 0; turns < 50 && this.sent.length === 0; turns++)
			await new Promise((resolve) => setTimeout(resolve, 0));
		return nonce;
	}

	async welcome(): Promise<void> {
		await this.challenge();
		this.say('welcome', { now: 0 });
		this.sent.length = 0;
	}

	/** The device's newest message of ours. */
	get said(): Message | null {
		const last = this.sent.at(-1);
		return last === undefined ? null : readMessage(last);
	}
}

export const heldSocketClass = HeldSocket as unknown as typeof WebSocket;
