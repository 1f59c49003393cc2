/**
 * What word processors put on the clipboard, as plain structure: headings, lists, tables, bold, links. Styles, comments,
 * deleted tracked changes and pictures stay behind. What comes from an editor like this one is left as it is.
 */

const GONE =
	'style, script, xml, head > title, meta, link, object, iframe, img, picture, video, audio, svg, canvas, input, button, select, textarea,' +
	'del, .msoDel, .msocomanchor, .msocomoff, .MsoCommentReference, .Apple-interchange-newline,' +
	'[style*="mso-element:comment"], [style*="mso-hide:all"]';

/** How deep lists are nested at most. */
const DEEPEST = 8;

export interface Cleaned {
	readonly html: string;
	/** Pictures were left out. */
	readonly pictures: boolean;
}

export function cleanPasted(html: string): Cleaned {
	// Word hides the marks of its list items in conditional comments
	const { body } = new DOMParser().parseFromString(html.replace(/<!\[(end)?if[^>]*\]>/gi, ''), 'text/html');
	const ownBlocks = body.querySelector('[data-pm-slice]') !== null;
	const pictures = !ownBlocks && body.querySelector('img, picture') !== null;
	for (const element of body.querySelectorAll(ownBlocks ? 'style, script, meta, link, img' : GONE))
		element.remove();
	removeComments(body);
	if (ownBlocks) return { html: body.innerHTML, pictures };
	for (const element of [...body.querySelectorAll('*')])
		if (/^(o|w|v|st1|m):/i.test(element.tagName)) unwrap(element);
	for (const element of [...body.querySelectorAll<HTMLElement>('ins, .msoIns, b[id^="docs-internal-guid"]')])
		unwrap(element);
	makeHeadings(body);
	makeLists(body);
	nestLists(body);
	for (const element of [...body.querySelectorAll<HTMLElement>('span, font')]) nameMarks(element);
	for (const element of [...body.querySelectorAll<HTMLElement>('*')]) bare(element);
	for (const line of [...body.querySelectorAll('p')])
		if (line.textContent.trim() === '' && line.closest('td, th') === null) line.remove();
	return { html: body.innerHTML, pictures };
}

function removeComments(body: HTMLElement): void {
	const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
	const comments: Node[] = [];
	while (walker.nextNode()) comments.push(walker.currentNode);
	for (const comment of comments) comment.parentNode?.removeChild(comment);
}

function unwrap(element: Element): void {
	element.replaceWith(...element.childNodes);
}

function replaceTag(element: Element, tag: string): HTMLElement {
	const made = document.createElement(tag);
	made.append(...element.childNodes);
	element.replaceWith(made);
	return made;
}

function makeHeadings(body: HTMLElement): void {
	for (const title of body.querySelectorAll('p.MsoTitle, p.title')) replaceTag(title, 'h1');
	for (const title of body.querySelectorAll('p.MsoSubtitle, p.subtitle')) replaceTag(title, 'h2');
	for (const low of body.querySelectorAll('h4, h5, h6')) replaceTag(low, 'h3');
}

/** Word writes list items as paragraphs that say their level, with the mark as text in front. */
function makeLists(body: HTMLElement): void {
	let open: { list: HTMLElement; level: number }[] = [];
	let last: Element | null = null;
	for (const line of [...body.querySelectorAll<HTMLElement>('p, h1, h2, h3')]) {
		const level = Number(/mso-list:[^;"]*?level(\d+)/i.exec(line.getAttribute('style') ?? '')?.[1] ?? 0);
		if (level === 0) continue;
		const mark = line.querySelector<HTMLElement>('[style*="mso-list:Ignore" i]');
		const isOrdered = /^\s*\(?(\d+|[a-z]{1,4})[.)]/i.test(mark?.textContent ?? '');
		mark?.remove();
		if (last === null || line.previousElementSibling !== last) open = [];
		while (open.length > 0 && (open.at(-1)?.level ?? 0) > level) open.pop();
		let here = open.at(-1);
		if (!here || here.level < level) {
			const list = document.createElement(isOrdered ? 'ol' : 'ul');
			const holder = here?.list.lastElementChild;
			if (holder && open.length < DEEPEST) holder.append(list);
			else line.before(list);
			here = { list, level };
			open.push(here);
		}
		const item = document.createElement('li');
		here.list.append(item);
		const outermost = open[0]?.list ?? here.list;
		item.append(replaceTag(line, 'p'));
		last = outermost;
	}
}

/** Lists that stand beside the item they belong to, as Google Docs has them. */
function nestLists(body: HTMLElement): void {
	for (const list of [...body.querySelectorAll('ul > ul, ul > ol, ol > ul, ol > ol')]) {
		const item = list.previousElementSibling;
		if (item?.tagName === 'LI') item.append(list);
	}
}

/** Bold and the like, where it is only a style. */
function nameMarks(element: HTMLElement): void {
	const { fontWeight, fontStyle, textDecoration, textDecorationLine } = element.style;
	const line = `${textDecoration} ${textDecorationLine}`;
	const inHeading = element.closest('h1, h2, h3') !== null;
	const marks = [
		!inHeading && (fontWeight === 'bold' || Number(fontWeight) >= 600) ? 'strong' : '',
		fontStyle === 'italic' ? 'em' : '',
		line.includes('underline') && element.closest('a') === null ? 'u' : '',
		line.includes('line-through') ? 's' : ''
	].filter((tag) => tag !== '');
	let inner: HTMLElement = element;
	for (const tag of marks) {
		const made = document.createElement(tag);
		made.append(...inner.childNodes);
		inner.append(made);
		inner = made;
	}
	unwrap(element);
}

const KEPT = new Set(['href', 'colspan', 'rowspan', 'start']);

function bare(element: HTMLElement): void {
	for (const { name } of [...element.attributes]) if (!KEPT.has(name)) element.removeAttribute(name);
	if (element.tagName === 'A' && !element.hasAttribute('href')) unwrap(element);
}
