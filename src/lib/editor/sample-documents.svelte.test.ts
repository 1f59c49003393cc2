import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { newBlockId } from '#lib/casework/block-id.ts';
import { isText, wordsOf, writeTree } from '#lib/casework/body-tree.ts';
import { sampleCase } from '#lib/casework/sample/sample-case.ts';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import DocumentEditor from './DocumentEditor.svelte';
import { TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0)) clean();
	document.body.replaceChildren();
});

test.each(sampleCase('2026-11-24').documents)(
	'The sample’s “$title” opens in the editor',
	async ({ content }) => {
		const opened = new TestDocument('Amina');
		opened.clear.transact(
			() => writeTree(opened.clear.getXmlFragment(BODY_FIELD), content, newBlockId),
			'seed'
		);
		const target = document.body.appendChild(document.createElement('main'));
		const component = mount(DocumentEditor, { target, props: { document: opened } });
		cleanups.push(() => void unmount(component));
		flushSync();
		const text = page.getByRole('textbox', { name: 'Document text', exact: true });
		await expect.element(text).toBeVisible();
		for (const part of content)
			if (!isText(part) && part.type === 'heading')
				await expect.element(text).toHaveTextContent(wordsOf(part));
	}
);
