/** The import map of eslint.config.js, tried out on files that do not exist: a rule that does not bite is no rule. */
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

const eslint = new ESLint({
	overrideConfig: [{ languageOptions: { parserOptions: { projectService: false } } }],
	ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-')
});

/** What lint says about one line in one file: the messages, or nothing. */
async function said(filePath: string, line: string): Promise<string> {
	const code = filePath.endsWith('.svelte') ? `<script lang="ts">${line}</script>` : line;
	const [result] = await eslint.lintText(code, { filePath });
	return result?.messages.map((message) => message.message).join('\n') ?? 'no result';
}

describe('The folders of src import only what the map allows', () => {
	test.each([
		['src/lib/crypto/x.ts', `import '#lib/circle/state.ts';`, 'crypto may import only: nothing else of src'],
		[
			'src/lib/storage/x.ts',
			`import '#lib/crypto/bytes.ts';`,
			'storage may import only: nothing else of src'
		],
		[
			'src/lib/sync/x.ts',
			`import '#lib/casework/kinds.ts';`,
			'sync may import only: crypto, circle, envelope'
		],
		['src/lib/circle/x.ts', `export * from '#lib/envelope/room.ts';`, 'circle may import only: crypto'],
		['src/lib/editor/X.svelte', `import '#lib/sync/wire.ts';`, 'editor may import only'],
		['src/lib/ui/X.svelte', `import '#lib/session/session.svelte.ts';`, 'ui may import only: nothing'],
		['src/routes/+page.svelte', `import '#lib/storage/open.ts';`, 'routes may import only'],
		[
			'src/routes/case/[circle]/+page.ts',
			`import type { A } from '#lib/circle/a.ts';`,
			'routes may import only'
		],
		['src/lib/session/x.ts', `import '#lib/ui/Button.svelte';`, 'session may import only'],
		['src/lib/crypto/x.ts', `import '../circle/state.ts';`, 'Another folder is imported as #lib/'],
		['src/lib/storage/x.ts', `void import('#lib/casework/kinds.ts');`, 'storage may import only'],
		['src/lib/storage/x.ts', `type A = import('#lib/casework/kinds.ts').A;`, 'storage may import only'],
		['src/lib/session/x.ts', `import '../../../server/main.ts';`, 'server/ never'],
		['src/lib/sync/x.ts', `import { onMount } from 'svelte';`, 'must not know Svelte'],
		['src/lib/casework/x.ts', `import { page } from '$app/state';`, 'must not know Svelte'],
		['src/lib/circle/x.ts', `import './live.svelte.ts';`, 'must not know Svelte'],
		['server/x.ts', `import '#lib/sync/sealed-document.ts';`, 'The relay may import only'],
		['server/x.ts', `import '#lib/storage/open.ts';`, 'The relay may import only'],
		['server/x.ts', `import '../src/lib/casework/kinds.ts';`, 'the relay imports #lib/']
	])('%s may not: %s', async (file, line, message) => {
		expect(await said(file, line)).toContain(message);
	});

	test.each([
		['src/lib/envelope/x.ts', `import '#lib/circle/state.ts';`],
		['src/lib/sync/x.ts', `import './wire.ts';`],
		['src/lib/editor/x.svelte.ts', `import { onMount } from 'svelte'; import '#lib/ui/Button.svelte';`],
		['src/routes/+page.svelte', `import './Founding.svelte'; import '#lib/session/context.ts';`],
		['server/x.ts', `import '#lib/sync/wire.ts'; import '#lib/circle/reduce.ts'; import './store.ts';`]
	])('%s may: %s', async (file, line) => {
		expect(await said(file, line)).toBe('');
	});
});
