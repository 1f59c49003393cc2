import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Evaluated again in child processes: a bare Date.now() would differ between them and the app would not start.
process.env.BUILD_ID ??= String(Date.now());

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		// pure client app: one HTML shell for every route
		adapter: adapter({ pages: 'build/app', assets: 'build/app', fallback: 'shell.html', strict: true }),
		// registered through workbox-window, so that the person decides when a new version takes over
		serviceWorker: { register: false },
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self', 'unsafe-inline'], // ProseMirror and carets set style attributes
				'img-src': ['self', 'blob:', 'data:'],
				'connect-src': ['self', 'ws:', 'wss:'],
				'worker-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['none']
			}
		},
		version: { name: process.env.BUILD_ID, pollInterval: 0 },
		typescript: {
			config: (config) => {
				/** @type {string[]} */ (config['include']).push(
					'../server/**/*.ts',
					'../tests/**/*.ts',
					'../bench/**/*.js',
					'../bench/**/*.ts',
					'../scripts/**/*.js',
					'../*.ts',
					'../*.js'
				);
			}
		}
	}
};
