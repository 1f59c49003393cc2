/** Run by sqlite-store.test.ts on a disk that is too small: writes until refused, then frees a file and goes on. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from './sqlite-store.ts';

const [folder = '', ballast = 'none'] = process.argv.slice(2);
const file = join(folder, 'ballast');
if (ballast === 'ballast') writeFileSync(file, new Uint8Array(1_000_000));

const opened = openSqliteStore(join(folder, 'data'));
if (!opened.ok) throw new Error(opened.reason);
const store = opened.value;
let kept = 0;
const write = () =>
	store.commit([
		{ room: 'r', circle: 'c', items: [{ client: 1, clock: kept, struct: new Uint8Array(9_000).fill(kept) }] }
	]);

let reason = '';
while (reason === '' && kept < 5000) {
	const written = write();
	if (written.ok) kept += 1;
	else reason = written.reason;
}
const readable = store.clocks('r').get(1) === kept;
if (ballast === 'ballast') rmSync(file);
const recovered = write().ok;
if (recovered) kept += 1;
const complete = store
	.read('r', { from: 0, to: 100_000 }, 100_000)
	.every(({ clock, struct }) => struct[0] === clock % 256);
store.close();
process.stdout.write(JSON.stringify({ reason, readable, recovered, complete: complete && readable }));
