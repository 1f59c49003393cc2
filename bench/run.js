/**
 * `npm run bench`: measures, writes bench/results.json and prints the same. `-- --only relay,js` runs a part of it.
 *
 * A ratio is ours ÷ peer, in the same run, doing the same work, median of at least three. What was measured before and
 * is not measured now stays in the file.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();

const here = import.meta.dirname;
const results = join(here, 'results.json');
const parts = ['crypto', 'history', 'edit', 'js', 'offline', 'plan', 'discussion', 'relay', 'access'];

const { values } = parseArgs({
	options: { only: { type: 'string' }, 'no-build': { type: 'boolean', default: false } }
});
const asked = values.only?.split(',') ?? parts;
const unknown = asked.find((part) => !parts.includes(part));
if (unknown !== undefined) {
	console.error(`There is no part “${unknown}”. The parts are: ${parts.join(', ')}.`);
	process.exit(1);
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
if (!existsSync(join(here, 'peers/node_modules/@hocuspocus/server'))) {
	console.log('Installing what we are measured against (bench/peers/package.json) …');
	execFileSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: join(here, 'peers'), stdio: 'inherit' });
}
if (!values['no-build']) {
	console.log('Building …');
	execFileSync(npm, ['run', '--silent', 'build'], {
		cwd: join(here, '..'),
		stdio: ['ignore', 'ignore', 'inherit']
	});
}

/** @type {Record<string, import('./support/measure.ts').Metric>} */
const metrics = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).metrics : {};
let failed = false;
for (const part of asked) {
	console.log(`\n── ${part} ──`);
	try {
		/** @type {{ measure(): Promise<Record<string, import('./support/measure.ts').Metric>> }} */
		const measuring = await import(`./parts/${part}.ts`);
		for (const [id, metric] of Object.entries(await measuring.measure())) {
			metrics[id] = metric;
			console.log(
				`${id} ${metric.value} ${metric.unit}${metric.note === undefined ? '' : ` (${metric.note})`}`
			);
		}
	} catch (error) {
		failed = true;
		console.error(`${part} could not be measured:`, error);
	}
}
const machine = {
	cpu: cpus()[0]?.model ?? '',
	cores: cpus().length,
	memoryGb: Math.round(totalmem() / 2 ** 30),
	node: process.version,
	platform: `${process.platform} ${process.arch}`,
	at: new Date().toISOString()
};
writeFileSync(results, `${JSON.stringify({ machine, metrics }, null, '\t')}\n`);
process.exit(failed ? 1 : 0);
