/** Bundles the relay into build/relay.js. What is native or large stays in node_modules. */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);

await build({
	absWorkingDir: fileURLToPath(root),
	entryPoints: ['server/main.ts'],
	outfile: 'build/relay.js',
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'esm',
	external: ['libsql', 'ws', 'pino'],
	sourcemap: true,
	logLevel: 'warning'
});
