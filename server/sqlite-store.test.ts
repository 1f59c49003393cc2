import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { openSqliteStore, STORE_VERSION } from './sqlite-store.ts';
import { testStore } from './store.contract.ts';
import type { Store } from './store.ts';

const freshFolder = () => mkdtempSync(join(tmpdir(), 'relay-store-'));

function open(folder: string | null) {
	const opened = openSqliteStore(folder);
	if (!opened.ok) throw new Error(opened.reason);
	return opened.value;
}

testStore('SQLite in a folder', () => {
	const folder = freshFolder();
	let store = open(folder);
	return {
		store,
		reopen: (): Store => {
			store.close();
			store = open(folder);
			return store;
		},
		fill: () => store.limitPages(0),
		free: () => store.limitPages(null),
		remove: () => {
			store.close();
			rmSync(folder, { recursive: true, force: true });
		}
	};
});

testStore('SQLite in memory', () => {
	const store = open(null);
	return {
		store,
		reopen: null,
		fill: () => store.limitPages(0),
		free: () => store.limitPages(null),
		remove: () => store.close()
	};
});

describe('opening', () => {
	test('a store of another version is left untouched', () => {
		const folder = freshFolder();
		const db = new Database(join(folder, 'relay.db'));
		db.exec(`PRAGMA user_version = ${STORE_VERSION + 1}`);
		db.close();
		expect(openSqliteStore(folder)).toEqual({ ok: false, reason: 'other-version' });
		rmSync(folder, { recursive: true });
	});

	test('two relays do not share one folder, and a closed one lets go of it', () => {
		const folder = freshFolder();
		const store = open(folder);
		expect(openSqliteStore(folder)).toEqual({ ok: false, reason: 'in-use' });
		store.close();
		store.close();
		open(folder).close();
		rmSync(folder, { recursive: true });
	});

	test('a folder that cannot be made is not writable, a file that is no database is damaged', () => {
		const folder = freshFolder();
		writeFileSync(join(folder, 'file'), 'not a folder');
		expect(openSqliteStore(join(folder, 'file', 'data'))).toEqual({ ok: false, reason: 'not-writable' });
		if (process.platform === 'linux') {
			expect(openSqliteStore('/proc/throughline')).toEqual({ ok: false, reason: 'not-writable' });
		}
		mkdirSync(join(folder, 'data'));
		writeFileSync(join(folder, 'data', 'relay.db'), 'x'.repeat(8192));
		expect(openSqliteStore(join(folder, 'data'))).toEqual({ ok: false, reason: 'damaged' });
		rmSync(folder, { recursive: true });
	});
});

/** A disk of 3 MB of our own, where the system lets an ordinary user have one. */
const canMount =
	process.platform === 'linux' &&
	spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt']).status === 0;

describe('a real disk', () => {
	const script = join(import.meta.dirname, 'full-disk.fixture.ts');

	test.skipIf(!canMount)('[R5] ENOSPC: refused, readable, recovered when the ballast is gone', () => {
		const folder = freshFolder();
		const command = `mount -t tmpfs -o size=3m tmpfs ${folder} && exec node --import tsx ${script} ${folder} ballast`;
		const said = execFileSync('unshare', ['-Urm', 'sh', '-c', command], { encoding: 'utf8' });
		expect(JSON.parse(said)).toEqual({ reason: 'full', readable: true, recovered: true, complete: true });
		rmSync(folder, { recursive: true });
	});

	test.skipIf(process.platform === 'win32')(
		'[R5] a write that the system cuts short is refused, not half there',
		() => {
			const folder = freshFolder();
			const command = `ulimit -S -f 2048 && exec node --import tsx ${script} ${folder} none`;
			const said = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
			expect(JSON.parse(said)).toEqual({
				reason: 'failed',
				readable: true,
				recovered: false,
				complete: true
			});
			// the same folder without the limit: everything that was acknowledged, and room for more
			const store = open(join(folder, 'data'));
			expect(store.clocks('r').get(1)).toBeGreaterThan(10);
			expect(store.probe()).toEqual({ ok: true });
			store.close();
			rmSync(folder, { recursive: true });
		}
	);
});
