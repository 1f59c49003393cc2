/**
 * Serves the app: files read once at the start, looked up by their exact path, so that no path can lead elsewhere.
 *
 * Pages answer with the shell, unknown files with 404, never with the shell: an app that asks for a script it no longer
 * finds must notice. The policy of the shell (with the hash of its one inline script) is sent as a header as well,
 * narrowed to this host, and with `frame-ancestors`, which a meta tag cannot carry.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Health = () => { readonly ok: boolean; readonly storage: string };

interface AppFile {
	readonly bytes: Buffer;
	readonly type: string;
	readonly etag: string;
	readonly immutable: boolean;
	/** Made when it is first asked for; null when it would not be smaller. */
	gzipped: Buffer | null | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
	html: 'text/html; charset=utf-8',
	js: 'text/javascript; charset=utf-8',
	mjs: 'text/javascript; charset=utf-8',
	css: 'text/css; charset=utf-8',
	json: 'application/json; charset=utf-8',
	webmanifest: 'application/manifest+json; charset=utf-8',
	svg: 'image/svg+xml; charset=utf-8',
	txt: 'text/plain; charset=utf-8',
	png: 'image/png',
	ico: 'image/x-icon',
	jpg: 'image/jpeg',
	webp: 'image/webp',
	woff2: 'font/woff2',
	wasm: 'application/wasm'
};

const SAFE_HEADERS = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'
} as const;

export function createAppHandler(
	appFolder: string,
	health: Health
): (request: IncomingMessage, response: ServerResponse) => void {
	const files = readApp(appFolder);
	const shell = files.get('/shell.html');
	const policy = policyOf(shell?.bytes.toString('utf8') ?? '');

	return (request, response) => {
		for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
		response.setHeader('content-security-policy', policyFor(policy, request.headers.host));
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('allow', 'GET, HEAD');
			say(response, 405, 'Only GET.');
			return;
		}
		const path = pathOf(request.url ?? '/');
		if (path === '/healthz') {
			const state = health();
			response.setHeader('cache-control', 'no-store');
			response.writeHead(state.ok ? 200 : 503, { 'content-type': TYPES['json'] });
			response.end(JSON.stringify(state));
			return;
		}
		const file = path === null ? undefined : files.get(path);
		if (file !== undefined) send(request, response, file);
		else if (path === null || path.startsWith('/_app/') || path.startsWith('/ws') || isFile(path)) {
			say(response, 404, 'Not found.');
		} else if (shell !== undefined) send(request, response, shell);
		else say(response, 404, 'The app has not been built: run "npm run build".');
	};
}

function send(request: IncomingMessage, response: ServerResponse, file: AppFile): void {
	response.setHeader('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
	response.setHeader('etag', file.etag);
	response.setHeader('vary', 'accept-encoding');
	if (request.headers['if-none-match'] === file.etag) {
		response.writeHead(304);
		response.end();
		return;
	}
	const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? gzipped(file) : null;
	if (zipped !== null) response.setHeader('content-encoding', 'gzip');
	const body = zipped ?? file.bytes;
	response.writeHead(200, { 'content-type': file.type, 'content-length': body.length });
	response.end(request.method === 'HEAD' ? undefined : body);
}

function say(response: ServerResponse, status: number, sentence: string): void {
	response.setHeader('cache-control', 'no-store');
	response.writeHead(status, { 'content-type': TYPES['txt'] });
	response.end(`${sentence}\n`);
}

function gzipped(file: AppFile): Buffer | null {
	if (file.gzipped === undefined) {
		const zipped = /^(text|application\/(json|manifest|wasm)|image\/svg)/.test(file.type)
			? gzipSync(file.bytes, { level: 9 })
			: null;
		file.gzipped = zipped !== null && zipped.length < file.bytes.length ? zipped : null;
	}
	return file.gzipped;
}

/** The path without query, decoded; null when it is not well-formed. */
function pathOf(url: string): string | null {
	try {
		return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
	} catch {
		return null;
	}
}

/** Has its last segment an extension? Ids of circles and documents never hold a dot. */
function isFile(path: string): boolean {
	return path.slice(path.lastIndexOf('/') + 1).includes('.');
}

function readApp(folder: string): ReadonlyMap<string, AppFile> {
	const files = new Map<string, AppFile>();
	for (const entry of listFolder(folder)) {
		const bytes = readFileSync(entry);
		const path = `/${relative(folder, entry).split(sep).join('/')}`;
		files.set(path, {
			bytes,
			type: TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
			etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
			immutable: path.startsWith('/_app/immutable/'),
			gzipped: undefined
		});
	}
	return files;
}

function listFolder(folder: string): string[] {
	try {
		return readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name));
	} catch {
		return [];
	}
}

/** The policy that the build wrote into the shell, or a strict one. */
function policyOf(shell: string): string {
	const meta = /<meta http-equiv="content-security-policy" content="([^"]*)"/i.exec(shell)?.[1];
	return (meta ?? "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'")
		.replaceAll('&#39;', "'")
		.replaceAll('&quot;', '"')
		.replaceAll('&amp;', '&');
}

/** The same policy, talking to nobody but this host, and framed by nobody. */
function policyFor(policy: string, host: string | undefined): string {
	const self =
		host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `'self' ws://${host} wss://${host}` : "'self'";
	const directives = policy
		.split(';')
		.map((directive) => directive.trim())
		.filter((directive) => directive !== '' && !/^(connect-src|frame-ancestors)\b/.test(directive));
	return [...directives, `connect-src ${self}`, "frame-ancestors 'none'"].join('; ');
}
