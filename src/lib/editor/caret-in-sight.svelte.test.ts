/** Going up through a text by keys, the caret never hides under the bars that stay at the top. */
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../app.css';
import './document.css';
import { edit, TestDocument } from './testing/two-editors.svelte.ts';

let clean = () => {};
afterEach(() => {
	clean();
	document.body.replaceChildren();
	scrollTo(0, 0);
});

test('the line one goes up to stands below the toolbar', async () => {
	const a = new TestDocument('Amina');
	a.write(Array.from({ length: 80 }, (_, at) => `<p>Line ${at}</p>`).join(''));
	const amina = edit(a);
	const { editor } = amina;
	const bar = document.createElement('div');
	bar.setAttribute('role', 'toolbar');
	bar.style.cssText = 'position: fixed; inset: 0 0 auto; block-size: 100px';
	document.body.append(bar);
	document.body.dataset['editor'] = '';
	clean = () => {
		delete document.body.dataset['editor'];
		amina.close();
	};
	editor.commands.focus('end');
	// more lines than a screen has
	await userEvent.keyboard('{ArrowUp>60/}');
	const top = () => editor.view.coordsAtPos(editor.state.selection.head).top;
	expect(editor.state.selection.$head.parent.textContent).toBe('Line 19');
	await expect.poll(top).toBeGreaterThanOrEqual(100);
});
