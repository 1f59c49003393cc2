import { expect, test } from 'vitest';
import { generateSealingSecret } from '#lib/crypto/seal.ts';
import { fromUtf8 } from '#lib/crypto/bytes.ts';
import { openStorage } from '#lib/storage/storage.ts';
import { openVault } from './vault.ts';

async function open(name: string) {
	const storage = await openStorage(name);
	const vault = await openVault(storage);
	if (!vault.ok) throw new Error(vault.reason);
	return { storage, vault: vault.value };
}

test('a device is the same one after it was opened again', async () => {
	const first = await open('vault-again');
	await first.vault.keepProfile({ ...first.vault.profile, name: 'Amina' });
	await first.vault.put('summaries', 'x', { title: 'Rosa' });
	await first.storage.close();
	const second = await open('vault-again');
	expect(second.vault.device.device).toBe(first.vault.device.device);
	expect(second.vault.profile).toEqual({ ...first.vault.profile, name: 'Amina' });
	expect(await second.vault.get('summaries', 'x')).toEqual({ title: 'Rosa' });
	await second.storage.close();
});

test('[K2] keys that do not open are reported and stay where they are', async () => {
	const { storage } = await open('vault-broken');
	const row = await storage.keystore.read();
	if (row === null) throw new Error('no keystore');
	await storage.keystore.write({ ...row, deviceKey: await generateSealingSecret() });
	expect(await openVault(storage)).toEqual({ ok: false, reason: 'keystore-unreadable' });
	expect((await storage.keystore.read())?.sealed).toEqual(row.sealed);
	await storage.keystore.write(row);
	expect((await openVault(storage)).ok).toBe(true);
	await storage.close();
});

test('a row that was moved to another place does not open, and no name stands readable in it', async () => {
	const { storage, vault } = await open('vault-moved');
	await vault.put('summaries', 'rosa', { title: 'Rosa Marchetti' });
	const bytes = await storage.rows.get('summaries', 'rosa');
	if (bytes === undefined) throw new Error('no row');
	expect(fromUtf8(bytes)).not.toContain('Marchetti');
	await storage.rows.put('summaries', 'other', bytes);
	await storage.rows.put('circles', 'rosa', bytes);
	expect(await vault.get('summaries', 'other')).toBeUndefined();
	expect(await vault.get('circles', 'rosa')).toBeUndefined();
	await storage.close();
});
