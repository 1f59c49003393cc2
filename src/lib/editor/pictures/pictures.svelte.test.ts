import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { MOST_PICTURE, pictureIn, pictureName } from '#lib/casework/pictures.ts';
import type { CaseEditor } from '../case-editor.svelte.ts';
import '../../../app.css';
import '../document.css';
import { insertBlock } from '../insertable.ts';
import ReadingView from '../ReadingView.svelte';
import { connect, edit, TestDocument } from '../testing/two-editors.svelte.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const clean of cleanups.splice(0).reverse()) clean();
	document.body.replaceChildren();
});

function aminaAndBen() {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	cleanups.push(
		() => amina.close(),
		() => ben.close()
	);
	amina.continueBelow();
	return { a, b, amina, ben };
}

/** A photo as a camera makes it, with its place in it. */
async function photo(width = 2400, height = 1800, type = 'image/jpeg'): Promise<File> {
	const canvas = new OffscreenCanvas(width, height);
	const context = canvas.getContext('2d');
	for (let line = 0; context && line < height; line += 20) {
		context.fillStyle = `hsl(${(line * 7) % 360} 60% 50%)`;
		context.fillRect(0, line, width, 20);
	}
	const blob = await canvas.convertToBlob({ type, quality: 0.95 });
	const bytes = new Uint8Array(await blob.arrayBuffer());
	if (type !== 'image/jpeg') return new File([bytes], 'photo', { type });
	const words = new TextEncoder().encode('Exif\0\0GPS 45.42N 75.69W, phone of Ana');
	const exif = new Uint8Array([0xff, 0xe1, 0, words.length + 2, ...words]);
	return new File([bytes.subarray(0, 2), exif, bytes.subarray(2)], 'photo.jpg', { type });
}

const imagesOf = (editor: CaseEditor) => [...editor.editor.view.dom.querySelectorAll('img')];
const drawn = (editor: CaseEditor) =>
	expect.poll(() => imagesOf(editor).map(({ complete, naturalWidth }) => complete && naturalWidth));

function put(editor: CaseEditor, how: 'paste' | 'drop', ...files: File[]) {
	const carried = new DataTransfer();
	for (const file of files) carried.items.add(file);
	const options = { bubbles: true, cancelable: true };
	const event =
		how === 'paste'
			? new ClipboardEvent('paste', { ...options, clipboardData: carried })
			: new DragEvent('drop', { ...options, dataTransfer: carried });
	editor.editor.view.dom.dispatchEvent(event);
}

async function choose(editor: CaseEditor, file: File) {
	const chooser = editor.editor.view.dom.querySelector<HTMLInputElement>('input[type="file"]');
	if (!chooser) throw new Error('nothing asks for a picture');
	const carried = new DataTransfer();
	carried.items.add(file);
	chooser.files = carried.files;
	chooser.dispatchEvent(new Event('change', { bubbles: true }));
	await expect.poll(() => editor.editor.view.dom.querySelector('[aria-busy="true"]')).toBeNull();
	flushSync();
}

const nameIn = (one: TestDocument) => / file="([^"]+)"/.exec(one.body)?.[1] ?? '';

test('a photo is made small, without where and when it was taken, and seen by the other; undo takes it back', async () => {
	const { a, b, amina, ben } = aminaAndBen();
	insertBlock(amina.editor, 'image');
	amina.editor.commands.insertContent('The kitchen');
	await choose(amina, await photo());
	await drawn(ben).toEqual([1600]);
	const picture = pictureIn(b.clear, nameIn(b));
	expect(picture).toMatchObject({ width: 1600, height: 1200 });
	expect(picture?.bytes.length).toBeLessThan(MOST_PICTURE);
	expect(new TextDecoder('latin1').decode(picture?.bytes)).not.toMatch(/Exif|GPS|Ana/);
	expect(imagesOf(ben)[0]?.alt).toBe('The kitchen');
	expect(imagesOf(ben)[0]?.src).toMatch(/^blob:/);
	// below the picture, not squeezed in beside it
	await drawn(amina).toEqual([1600]);
	const [shown, other] = ['img', '.choose-picture'].map((part) =>
		amina.editor.view.dom.querySelector(part)?.getBoundingClientRect()
	);
	expect(other?.width).toBeGreaterThan(100);
	expect(other?.top).toBeGreaterThanOrEqual(shown?.bottom ?? Infinity);
	const field = amina.editor.view.dom.querySelector<HTMLInputElement>(
		'[aria-label="What the picture shows"]'
	);
	if (!field) throw new Error('nobody asks what it shows');
	field.value = 'A kitchen with a stove and no table';
	field.dispatchEvent(new Event('change', { bubbles: true }));
	flushSync();
	expect(imagesOf(ben)[0]?.alt).toBe('A kitchen with a stove and no table');

	const target = document.body.appendChild(document.createElement('main'));
	const pictureOf = (name: string) => pictureIn(a.clear, name);
	const reading = mount(ReadingView, { target, props: { blocks: a.blocks, pictureOf } });
	cleanups.push(() => void unmount(reading));
	flushSync();
	expect(target.querySelector('img')?.alt).toBe('A kitchen with a stove and no table');
	expect(target.textContent).toContain('The kitchen');

	while (amina.canUndo) amina.editor.commands.undo();
	expect(ben.editor.view.dom.querySelector('section')).toBeNull();
	while (amina.canRedo) amina.editor.commands.redo();
	await drawn(ben).toEqual([1600]);
});

test.each(['paste', 'drop'] as const)(
	'by %s; several at once, and what is no picture is refused',
	async (how) => {
		const { a, amina, ben } = aminaAndBen();
		put(amina, how, await photo(300, 200), await photo(200, 300, 'image/png'));
		await drawn(ben).toEqual([300, 200]);
		const before = a.body;
		put(amina, how, new File(['%PDF'], 'form.pdf', { type: 'application/pdf' }));
		expect(amina.notice).toContain('Only pictures');
		for (const [words, type] of [
			['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/svg+xml'],
			['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/png'],
			['GIF89a…', 'image/gif']
		] as const) {
			amina.notice = '';
			put(amina, how, new File([words], 'drawing', { type }));
			await expect.poll(() => amina.notice).toContain('not a picture that can be shown');
		}
		expect(a.body).toBe(before);
	}
);

test('a picture copied into another document is there, and is there once', async () => {
	const { a, amina } = aminaAndBen();
	put(amina, 'paste', await photo(300, 200));
	await drawn(amina).toEqual([300]);
	amina.editor.commands.selectAll();
	const { dom } = amina.editor.view.serializeForClipboard(amina.editor.state.selection.content());
	const other = new TestDocument('Other');
	const to = edit(other);
	cleanups.push(() => to.close());
	to.continueBelow();
	for (const _ of [1, 2]) {
		to.editor.view.pasteHTML(dom.innerHTML);
		to.continueBelow();
	}
	await drawn(to).toEqual([300, 300]);
	expect(other.clear.getMap('pictures').size).toBe(1);
	expect(nameIn(other)).toBe(nameIn(a));
	expect(to.notice).toBe('');
	// of somebody else's making: the name is not that of the bytes
	const forged = dom.innerHTML.replace(/data-file="[^"]+"/, 'data-file="0123"');
	to.editor.view.pasteHTML(forged);
	expect(other.clear.getMap('pictures').size).toBe(1);
});

test('whatever somebody puts in the place of a picture, nothing is fetched, run or shown', async () => {
	const { b, amina } = aminaAndBen();
	const good = new Uint8Array(await (await photo(100, 100)).arrayBuffer());
	const svg = new TextEncoder().encode(
		'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
	);
	const huge = new Uint8Array(MOST_PICTURE + 1).fill(0xff);
	const pictures = b.clear.getMap<Uint8Array | string>('pictures');
	const names = [good, svg, huge].map((bytes) => {
		pictures.set(pictureName(bytes), bytes);
		return pictureName(bytes);
	});
	pictures.set('address', 'https://example.org/x.png');
	for (const name of [...names, 'address', 'https://example.org/x.png', 'javascript:alert(1)', 'missing'])
		b.write(`<section data-block="image" data-file="${name}"><p data-block-title>Caption</p></section>`);
	flushSync();
	expect(amina.editor.view.dom.querySelectorAll('section[data-block="image"]').length).toBeGreaterThan(0);
	expect(imagesOf(amina)).toEqual([]); // `good` has its place in it, so it is not shown either
	expect(amina.editor.view.dom.textContent).toContain('not here yet, or it cannot be shown');
	expect(document.querySelectorAll('[src^="http"]:not(script), svg script')).toHaveLength(0);
});

test('a document that is full of pictures says so, and takes no more', async () => {
	const { a, amina } = aminaAndBen();
	for (let at = 0; at < 16; at++)
		a.view.asUser(() => a.view.doc.getMap('pictures').set(`full ${at}`, new Uint8Array(400_000)));
	const before = a.body;
	put(amina, 'paste', await photo(300, 200));
	await expect.poll(() => amina.notice).toContain('as many pictures as it can');
	expect(a.body).toBe(before);
});
