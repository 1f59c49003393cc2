import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What each folder of src may import from the others. Read top to bottom: nothing imports upwards. */
const mayImport = {
	crypto: [],
	casework: [],
	ui: [],
	discussion: [],
	storage: [],
	circle: ['crypto'],
	envelope: ['crypto', 'circle'],
	sync: ['crypto', 'circle', 'envelope'],
	session: ['crypto', 'casework', 'circle', 'envelope', 'discussion', 'storage', 'sync'],
	editor: ['casework', 'discussion', 'session', 'ui'],
	routes: ['casework', 'discussion', 'session', 'editor', 'ui']
};

/** These run in Node tests and in workers. */
const withoutSvelte = ['crypto', 'casework', 'circle', 'envelope', 'discussion', 'storage', 'sync'];

/** The relay is a server, not an app: of src it knows how circles and envelopes are judged, and the wire. */
const relayMayImport = ['crypto/', 'circle/', 'envelope/', 'sync/wire\\.ts$'];

const folders = Object.keys(mayImport).filter((folder) => folder !== 'routes');

const boundaries = [
	...Object.entries(mayImport).map(([folder, allowed]) => ({
		files: [`src/${folder === 'routes' ? '' : 'lib/'}${folder}/**/*.{ts,svelte}`],
		rules: restrict([
			{
				regex: `^#lib/(?!(${[folder, ...allowed].join('|')})/)`,
				message: `${folder} may import only: ${allowed.join(', ') || 'nothing else of src'}.`
			},
			{
				regex: `^(\\.\\./)+(lib|server|routes|${folders.join('|')})/`,
				message: 'Another folder is imported as #lib/<folder>/<file>.ts, and server/ never.'
			},
			...(withoutSvelte.includes(folder)
				? [
						{
							regex: '^(svelte|@sveltejs|\\$app|\\$service-worker)(/|$)|\\.svelte(\\.ts)?$',
							message: `${folder} runs in workers and in Node: it must not know Svelte.`
						}
					]
				: [])
		])
	})),
	{
		files: ['server/**/*.ts'],
		rules: restrict([
			{
				regex: `^#lib/(?!${relayMayImport.join('|')})`,
				message: 'The relay may import only: crypto, circle, envelope, sync/wire.ts.'
			},
			{ regex: '^(\\.\\./)+src/', message: 'Of src the relay imports #lib/… only.' },
			{ regex: '^(svelte|@sveltejs|\\$app)(/|$)', message: 'The relay must not know Svelte.' }
		])
	}
];

export default defineConfig(
	globalIgnores([
		'.svelte-kit/',
		'build/',
		'data/',
		'bench/peers/node_modules/',
		'test-results/',
		'playwright-report/'
	]),
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	js.configs.recommended,
	ts.configs.recommendedTypeChecked,
	svelte.configs.recommended,
	{
		languageOptions: {
			// SvelteKit leaves the worker out of its tsconfig, since it lives in another world than the pages
			parserOptions: {
				projectService: { allowDefaultProject: ['src/service-worker.ts'] },
				tsconfigRootDir: import.meta.dirname,
				// the same for every file: where this differs, the whole project is read again at each change
				extraFileExtensions: ['.svelte']
			}
		},
		rules: {
			'no-undef': 'off', // TypeScript's own work
			'@typescript-eslint/require-await': 'off', // an interface may ask for a promise that a test double has at once
			// Yjs' types say what they hold
			'@typescript-eslint/no-base-to-string': [
				'error',
				{
					ignoredTypeNames: ['Error', 'RegExp', 'URL', 'URLSearchParams', 'YText', 'YXmlText', 'YXmlFragment']
				}
			],
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { parser: ts.parser, svelteConfig }
		},
		rules: {
			// there is no base path, and Session's ids are safe in a path
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: withoutSvelte.map((folder) => `src/lib/${folder}/**/*.ts`).concat('server/**/*.ts'),
		ignores: ['**/*.test.ts'],
		rules: { '@typescript-eslint/no-non-null-assertion': 'error' }
	},
	// lint does not see JSDoc casts; svelte-check does, and holds these files to their types
	{
		files: ['**/*.js'],
		rules: {
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off'
		}
	},
	// peers are installed by the bench itself, so their types are not always there
	{ files: ['**/*.mjs'], extends: [ts.configs.disableTypeChecked] },
	...boundaries
);

/**
 * One list of patterns for `import … from`, `export … from`, `import()` and `import('…')` types.
 * @param {{ regex: string, message: string }[]} patterns
 * @returns {import('eslint').Linter.RulesRecord}
 */
function restrict(patterns) {
	return {
		'no-restricted-imports': ['error', { patterns }],
		'no-restricted-syntax': [
			'error',
			...patterns.map(({ regex, message }) => ({
				selector: `:matches(ImportExpression, TSImportType) > Literal.source[value=/${regex.replaceAll('/', '\\x2F')}/]`,
				message
			}))
		]
	};
}
