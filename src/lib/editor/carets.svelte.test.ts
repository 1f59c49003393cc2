/** The carets of the others: a name while one moves, a dot when it rests. */
import { afterEach, expect, test, vi } from 'vitest';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { BODY_FIELD } from '#lib/casework/schema-version.ts';
import '../../app.css';
import './document.css';
import { edit, TestDocument } from './testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	vi.useRealTimers();
	document.body.replaceChildren();
});

function aminaAlone(words: string) {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame'] });
	const a = new TestDocument('Amina');
	a.write(`<p>${words}</p>`);
	const amina = edit(a);
	cleanups.push(() => amina.close());
	const theirs = new Awareness(new Y.Doc());
	cleanups.push(() => theirs.destroy());
	theirs.setLocalStateField('user', { name: 'Grace Kowalczyk-Montgomery', color: '#7a4b12' });
	/** As it comes from the others, when Grace has her caret behind so many letters. */
	const graceAt = (letter: number) => {
		const paragraph = a.view.doc.getXmlFragment(BODY_FIELD).get(0) as Y.XmlElement;
		const at = Y.createRelativePositionFromTypeIndex(paragraph.get(0) as Y.XmlText, letter);
		const place = Y.relativePositionToJSON(at) as unknown;
		theirs.setLocalStateField('cursor', { anchor: place, head: place });
		applyAwarenessUpdate(a.awareness, encodeAwarenessUpdate(theirs, [theirs.clientID]), 'net');
		vi.advanceTimersByTime(50);
	};
	const name = () => {
		const label = amina.editor.view.dom.querySelector<HTMLElement>('.caret-name');
		if (label === null) throw new Error('no caret');
		return label;
	};
	return { amina, graceAt, name, widthOfName: () => name().getBoundingClientRect().width };
}

test('a name stands beside its caret while that moves, folds when it rests, and unfolds when it moves on', () => {
	const { amina, graceAt, name, widthOfName } = aminaAlone('She slept well and asked for the bus times.');
	graceAt(4);
	expect(name().textContent).toBe('Grace Kowalczyk-Montgomery');
	expect(widthOfName()).toBeGreaterThan(100);
	vi.advanceTimersByTime(2_000);
	graceAt(6);
	vi.advanceTimersByTime(2_000);
	expect(widthOfName()).toBeGreaterThan(100);
	vi.advanceTimersByTime(2_000);
	expect(widthOfName()).toBeLessThan(12);
	// what I write before it draws it anew, and wakes nobody
	amina.editor.commands.insertContentAt(1, 'Yes. ');
	vi.advanceTimersByTime(50);
	expect(widthOfName()).toBeLessThan(12);
	graceAt(9);
	expect(widthOfName()).toBeGreaterThan(100);
});

test('at the edge of the screen the name stands on the other side', () => {
	const { amina, graceAt, name } = aminaAlone('She slept well.');
	amina.editor.view.dom.style.cssText = 'text-align: end; margin: 0; max-inline-size: none';
	graceAt(15);
	const { left, right } = name().getBoundingClientRect();
	expect(left).toBeGreaterThanOrEqual(0);
	expect(right).toBeLessThanOrEqual(document.documentElement.clientWidth);
	expect(right - left).toBeGreaterThan(100);
});
