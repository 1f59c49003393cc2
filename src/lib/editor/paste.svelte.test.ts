import { afterEach, describe, expect, test } from 'vitest';
import type { CaseEditor } from './case-editor.svelte.ts';
import { connect, edit, TestDocument } from './testing/two-editors.svelte.ts';

const open: CaseEditor[] = [];
afterEach(() => {
	for (const editor of open.splice(0)) editor.close();
	document.body.replaceChildren();
});

function pasted(html: string) {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Ben')];
	connect(a, b);
	const [amina, ben] = [edit(a), edit(b)];
	open.push(amina, ben);
	amina.continueBelow();
	amina.editor.view.pasteHTML(html);
	amina.editor.state.doc.check();
	expect(b.body).toBe(a.body);
	return { a, amina, shape: shapeOf(amina) };
}

/** Without ids, so that it can be read. */
function shapeOf({ editor }: CaseEditor): string {
	return editor
		.getHTML()
		.replace(/ (data-id|rel|target|colspan|rowspan|style)="[^"]*"/g, '')
		.replace(/<colgroup>.*?<\/colgroup>/g, '');
}

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} --></style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=EN-CA style='tab-interval:36.0pt'><!--StartFragment-->
<h1>Court report<o:p></o:p></h1>
<h4>Housing</h4>
<p class=MsoNormal><b><span style='color:red'>Ana</span></b> keeps <i>every</i> appointment<span class=MsoCommentReference><a href="#_msocom_1" class=msocomanchor>[LT1]</a></span>.<o:p></o:p></p>
<p class=MsoNormal>She <del cite="mailto:Lead"><span style='color:red'>lives</span></del><ins cite="mailto:Lead"><span class=msoIns>stays</span></ins> at the shelter.</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Find a room<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>near the school</p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>Open an account</p>
<p class=MsoNormal>Then:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>Sign</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span><![endif]>Send</p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr><td width=100 style='width:75pt'><p class=MsoNormal>Date</p></td><td><p class=MsoNormal>Who</p></td></tr><tr><td><p class=MsoNormal>4 Dec</p></td><td><p class=MsoNormal>Li</p></td></tr></table>
<p class=MsoNormal><img width=200 src="file:///C:/Users/lead/clip_image001.png" v:shapes="Picture_1"></p>
<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>Is this so?</p></div></div>
<!--EndFragment--></body></html>`;

const DOCS = `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-5a1e0b6e-7fff-1111-aaaa-0123456789ab"><h2 dir="ltr" style="line-height:1.38;margin-top:18pt;"><span style="font-size:16pt;font-family:Arial;font-weight:700;">Strengths</span></h2><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;">Ana </span><span style="font-size:11pt;font-weight:700;">cooks</span><span style="font-size:11pt;font-style:italic;"> well</span><span style="font-size:11pt;text-decoration:underline;"> and</span> <a href="https://example.org/x" style="text-decoration:none;"><span style="color:#1155cc;text-decoration:underline;">teaches</span></a></p><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span>Home</span></p></li><ul style="margin-top:0;"><li dir="ltr" aria-level="2"><p dir="ltr" role="presentation"><span>Kitchen</span></p></li></ul><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>School</span></p></li></ul><div dir="ltr" align="left"><table style="border:none;"><colgroup><col width="312" /></colgroup><tbody><tr style="height:0pt"><td style="border:solid #000 1pt;"><p dir="ltr"><span>One</span></p></td></tr></tbody></table></div><p dir="ltr"><span><span style="border:none;display:inline-block;"><img src="https://lh7-rt.googleusercontent.com/x" width="602" height="339" /></span></span></p></b><br class="Apple-interchange-newline">`;

describe('what is pasted from a word processor', () => {
	test('Word: structure and words, no styles, no comments, no deleted words, no pictures', () => {
		const { shape, amina } = pasted(WORD);
		expect(shape).toContain('<h1>Court report</h1><h3>Housing</h3>');
		expect(shape).toContain(
			'<p><strong>Ana</strong> keeps <em>every</em> appointment.</p><p>She stays at the shelter.</p>'
		);
		expect(shape).toContain(
			'<ul><li><p>Find a room</p><ul><li><p>near the school</p></li></ul></li><li><p>Open an account</p></li></ul>'
		);
		expect(shape).toContain('<p>Then:</p><ol><li><p>Sign</p></li><li><p>Send</p></li></ol>');
		expect(shape).toMatch(/<table[^>]*><tbody><tr><td><p>Date<\/p><\/td><td><p>Who<\/p><\/td><\/tr>/);
		for (const junk of ['lives', 'LT1', 'Is this so', 'Mso', '·', 'file:', 'Calibri', 'supportLists'])
			expect(shape).not.toContain(junk);
		expect(amina.notice).toContain('Pictures were left out');
	});

	test('Google Docs: bold that is only a style, lists beside their items, no bold around everything', () => {
		const { shape } = pasted(DOCS);
		expect(shape).toContain(
			'<h2>Strengths</h2><p>Ana <strong>cooks</strong><em> well</em><u> and</u> <a href="https://example.org/x">teaches</a></p>'
		);
		expect(shape).toContain(
			'<ul><li><p>Home</p><ul><li><p>Kitchen</p></li></ul></li><li><p>School</p></li></ul>'
		);
		expect(shape).toMatch(/<td><p>One<\/p><\/td>/);
		expect(shape).not.toMatch(/googleusercontent|docs-internal|font-size/);
	});

	test('plain text comes line by line', () => {
		const { amina } = pasted('<p>x</p>');
		amina.editor.commands.clearContent();
		amina.continueBelow();
		amina.editor.view.pasteText('First line\r\nSecond <b>line</b>\n\nThird');
		expect(shapeOf(amina)).toBe('<p>First line</p><p>Second &lt;b&gt;line&lt;/b&gt;</p><p>Third</p>');
	});

	test('a script, a frame or a form on the clipboard leaves nothing', () => {
		const { shape } = pasted(
			'<p onclick="x()">Words<script>alert(1)</script><iframe src="https://e.org"></iframe><a href="javascript:alert(1)">here</a></p><form><input value="secret"><button>Go</button></form>'
		);
		expect(shape).toBe('<p>Wordshere</p>');
	});
});

test('a goal copied with its steps and facts is pasted into another document with new ids', () => {
	const [a, b] = [new TestDocument('Amina'), new TestDocument('Other')];
	a.write(
		'<section data-block="goal" data-id="G" data-lifecycle="active" data-target="2026-12-04"><p data-block-title data-id="T">Find a room</p><section data-block="step" data-id="S" data-who="Ana"><p data-block-title data-id="U">Call</p></section></section>'
	);
	const [from, to] = [edit(a), edit(b)];
	open.push(from, to);
	from.editor.commands.setNodeSelection(0);
	const copied = from.editor.view.serializeForClipboard(from.editor.state.selection.content());
	to.continueBelow();
	to.editor.view.pasteHTML(copied.dom.innerHTML);
	expect(b.body).toMatch(
		/<goal[^>]* lifecycle="active"[^>]* target="2026-12-04"[^>]*>.*Find a room.*<step[^>]* who="Ana"[^>]*>.*Call/i
	);
	const ids = [...b.body.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
	expect(ids).toHaveLength(new Set(ids).size);
	for (const old of ['G', 'T', 'S', 'U']) expect(ids).not.toContain(old);
	expect(ids.length).toBeGreaterThanOrEqual(4);
});
