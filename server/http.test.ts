import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAppHandler } from './http.ts';

const folder = mkdtempSync(join(tmpdir(), 'relay-app-'));
const META = `<meta http-equiv="content-security-policy" content="default-src 'self'; script-src 'self' 'sha256-abc'; connect-src 'self' ws: wss:">`;
let healthy = true;
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
	mkdirSync(join(folder, 'app', '_app', 'immutable'), { recursive: true });
	writeFileSync(join(folder, 'secret.txt'), 'not for anybody');
	writeFileSync(join(folder, 'app', 'shell.html'), `<!doctype html><head>${META}</head>${'x'.repeat(500)}`);
	writeFileSync(join(folder, 'app', 'service-worker.js'), 'self.x = 1');
	writeFileSync(join(folder, 'app', '_app', 'immutable', 'a.B1.js'), 'export const a = 1;');
	const handler = createAppHandler(join(folder, 'app'), () => ({
		ok: healthy,
		storage: healthy ? 'ok' : 'full'
	}));
	server = createServer(handler);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

/** Not `fetch`, which would tidy a path before it is sent. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
	const { port } = server.address() as AddressInfo;
	return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
		(resolve, reject) => {
			const asked = request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
				const parts: Buffer[] = [];
				response.on('data', (part: Buffer) => parts.push(part));
				response.on('end', () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers,
						body: Buffer.concat(parts).toString()
					})
				);
			});
			asked.on('error', reject);
			asked.end();
		}
	);
}

test('every page is the shell, never cached, with a strict policy', async () => {
	for (const path of ['/', '/case/AbC-_1', '/case/AbC/dEf?x=1.js', '/join']) {
		const page = await get(path);
		expect(page.status).toBe(200);
		expect(page.headers['content-type']).toMatch('text/html');
		expect(page.headers['cache-control']).toBe('no-cache');
		const policy = String(page.headers['content-security-policy']);
		expect(policy).toContain("script-src 'self' 'sha256-abc'");
		expect(policy).toContain("frame-ancestors 'none'");
		expect(policy).toMatch(/connect-src 'self' ws:\/\/127\.0\.0\.1:\d+ wss:/);
		expect(policy).not.toMatch(/ws:( |;|$)/);
		expect(page.headers['x-content-type-options']).toBe('nosniff');
		expect(page.headers['referrer-policy']).toBe('no-referrer');
		expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
		expect(page.headers['permissions-policy']).toContain('camera=()');
	}
});

test('named files are cached for ever, the worker never', async () => {
	expect((await get('/_app/immutable/a.B1.js')).headers['cache-control']).toContain('immutable');
	const worker = await get('/service-worker.js');
	expect(worker.headers['cache-control']).toBe('no-cache');
	const again = await get('/service-worker.js', { 'if-none-match': String(worker.headers['etag']) });
	expect(again.status).toBe(304);
});

test('an unknown file is 404, never the shell', async () => {
	for (const path of ['/missing.js', '/_app/immutable/gone.js', '/_app/x', '/case/a.png', '/ws/circles']) {
		expect((await get(path)).status).toBe(404);
	}
});

test('no path leads out of the app', async () => {
	for (const path of [
		'/../secret.txt',
		'/%2e%2e/secret.txt',
		'/..%2fsecret.txt',
		'/%2e%2e%5csecret.txt',
		'/%'
	]) {
		const answer = await get(path);
		expect(answer.status).toBe(404);
		expect(answer.body).not.toContain('not for anybody');
	}
});

test('health is JSON and says 503 when the disk is full', async () => {
	expect(JSON.parse((await get('/healthz')).body)).toEqual({ ok: true, storage: 'ok' });
	healthy = false;
	expect((await get('/healthz')).status).toBe(503);
	healthy = true;
});

test('text is sent compressed to whoever asks, and only GET and HEAD are answered', async () => {
	expect((await get('/', { 'accept-encoding': 'gzip, br' })).headers['content-encoding']).toBe('gzip');
	expect((await get('/', {}, 'HEAD')).body).toBe('');
	expect((await get('/', {}, 'POST')).status).toBe(405);
});

test('a host that is no host does not get into the policy', async () => {
	const page = await get('/', { host: "evil; script-src 'unsafe-inline'" });
	expect(String(page.headers['content-security-policy'])).not.toContain('unsafe-inline');
});
