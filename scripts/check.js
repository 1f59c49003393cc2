/**
 * `npm run check`: formatting, lint, types and unused code, side by side. What each says comes in one piece, and one
 * that complains fails the whole.
 */
import { spawn, spawnSync } from 'node:child_process';

const checks = ['check:format', 'check:lint', 'check:types', 'check:unused'];

// all of them read what it writes
const { status } = spawnSync('npx', ['svelte-kit', 'sync'], { stdio: 'inherit', shell: true });
const codes = status === 0 ? await Promise.all(checks.map(run)) : [status];
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

/**
 * @param {string} check
 * @returns {Promise<number>} the exit code
 */
function run(check) {
	return new Promise((resolve) => {
		let said = '';
		const child = spawn(`npm run --silent ${check}`, {
			shell: true,
			env: { ...process.env, FORCE_COLOR: '1' }
		});
		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (/** @type {Buffer} */ chunk) => (said += chunk.toString()));
		child.on('close', (code) => {
			if (said.trim() !== '') console.log(`\n${check}\n${said.trimEnd()}`);
			resolve(code ?? 1);
		});
	});
}
