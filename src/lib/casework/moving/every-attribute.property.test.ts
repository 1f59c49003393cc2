/**
 * Three people who are often apart set every attribute of every block, write in titles, and move blocks into and out of
 * each other: no goal and no step is lost or doubled, no value that nobody has replaced is lost, and what comes out is a
 * document that an editor can open. `SEED=7` repeats one, `RUNS=50` tries more.
 */
import { getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, seeds, type Random } from '../../../../tests/support/random.ts';
import { blockSpec, blockSpecs } from '../block-specs.ts';
import { disagreementsOf, findDisagreements, settle } from '../both-values.ts';
import { findUnknown } from '../schema-guard.ts';
import { schemaExtensions } from '../schema.ts';
import { devices, meet, type Device } from './moving.fixture.ts';

const schema = getSchema(schemaExtensions);

interface Place {
	readonly block: string;
	readonly attribute: string;
}

/** A value that somebody set, and what they had seen of this case when they did. */
interface Setting extends Place {
	readonly value: string;
	readonly seen: ReadonlySet<Setting>;
}

class Worker {
	readonly seen = new Set<Setting>();
	constructor(
		readonly device: Device,
		readonly random: Random
	) {}

	get blocks(): readonly Y.XmlElement[] {
		return blocksIn(this.device.body);
	}

	/** `disputed`: what everybody is at. A block that two people moved may be away until one of them is there. */
	set(value: string, disputed: readonly Place[]): Setting {
		const here = this.blocks.map(idOf);
		const { block, attribute } = this.random.pick(disputed.filter((one) => here.includes(one.block)));
		const setting = { block, attribute, value, seen: new Set(this.seen) };
		this.seen.add(setting);
		this.device.do(() => this.device.block(block).setAttribute(attribute, value));
		return setting;
	}

	/** One of several values, when there are. */
	pick(): Setting | null {
		const open = findDisagreements(this.device.body).filter((one) => one.open.length > 0);
		if (open.length === 0) return null;
		const { block, open: questions } = this.random.pick(open);
		const { attribute, values } = this.random.pick(questions);
		const chosen = this.random.pick(values);
		const setting = { block, attribute, value: chosen.value, seen: new Set(this.seen) };
		this.seen.add(setting);
		this.device.do(() => settle(this.device.block(block), attribute, chosen));
		return setting;
	}

	write(word: string) {
		const block = this.random.pick(this.blocks);
		const { length } = this.device.titleOf(idOf(block));
		this.device.type(idOf(block), this.random.chance(0.5) ? 0 : length, ` ${word} `);
	}

	/** Anywhere, but into what stands in it. */
	move() {
		const block = this.random.pick(this.blocks);
		const inside = [block, ...blocksIn(block)];
		const into = this.random.pick([null, ...this.blocks.filter((one) => !inside.includes(one))]);
		const beside = childrenOf(into ?? this.device.body).filter((one) => one !== block);
		const before = this.random.pick([null, ...beside]);
		this.device.move(idOf(block), into && idOf(into), before && idOf(before));
	}
}

function attributesOf({ nodeName }: Y.XmlElement): readonly string[] {
	const spec = blockSpec(nodeName);
	return spec === null ? [] : [...spec.fields.map(({ attribute }) => attribute), ...spec.attributes];
}

const idOf = (block: Y.XmlElement) => String(block.getAttribute('id'));

function childrenOf(parent: Y.XmlFragment): readonly Y.XmlElement[] {
	return parent
		.toArray()
		.filter(
			(child): child is Y.XmlElement => child instanceof Y.XmlElement && blockSpec(child.nodeName) !== null
		);
}

function blocksIn(parent: Y.XmlFragment): readonly Y.XmlElement[] {
	return childrenOf(parent).flatMap((child) => [child, ...blocksIn(child)]);
}

/** Values that nobody has replaced who had seen them, be it that somebody else set the same one again meanwhile. */
function inForce(settings: readonly Setting[]): readonly Setting[] {
	const isSame = (one: Setting, other: Setting) =>
		one.block === other.block && one.attribute === other.attribute;
	return settings.filter(
		(one) =>
			!settings.some(
				(other) =>
					isSame(one, other) && [...other.seen].some((seen) => isSame(seen, one) && seen.value === one.value)
			)
	);
}

async function theyMeet(...workers: readonly Worker[]) {
	await meet(...workers.map(({ device }) => device));
	const all = workers.flatMap(({ seen }) => [...seen]);
	for (const { seen } of workers) for (const setting of all) seen.add(setting);
}

test('random edits in every attribute, in nested blocks and with moves, lose and double nothing', async () => {
	for (const seed of seeds(25)) {
		const random = seededRandom(seed);
		const all = await devices(3);
		const workers = all.map((device) => new Worker(device, random.fork()));
		for (const { name } of blockSpecs)
			if (name !== 'goal' && name !== 'step') all[0].add(`one-${name}`, name, null, `A ${name}`);
		await theyMeet(...workers);
		const blocks = blocksIn(all[0].body).map(idOf).sort();
		const places = blocksIn(all[0].body).flatMap((block) =>
			attributesOf(block).map((attribute): Place => ({ block: idOf(block), attribute }))
		);
		const disputed = random.shuffle(places).slice(0, 8);
		const settings: Setting[] = [];
		const words: string[] = [];
		for (let round = 0; round < 5; round++) {
			for (const worker of workers)
				for (let edits = random.below(7); edits > 0; edits--) {
					const dice = random.next();
					if (dice < 0.5) settings.push(worker.set(`v${settings.length}`, disputed));
					else if (dice < 0.7) worker.write(words[words.push(`w${words.length}`) - 1] as string);
					else if (dice < 0.75) settings.push(...[worker.pick()].filter((one) => one !== null));
					else worker.move();
				}
			if (random.chance(0.6)) await theyMeet(...random.shuffle(workers).slice(0, 2));
		}
		await theyMeet(...workers);
		for (const one of all) one.keeper.settleAll();
		await theyMeet(...workers);

		const about = `seed ${seed}`;
		for (const { body } of all) {
			expect(blocksIn(body).map(idOf).sort(), about).toEqual(blocks);
			expect(findUnknown(body, schema), about).toEqual([]);
			yXmlFragmentToProseMirrorRootNode(body, schema).check();
		}
		const text = all[0].body.toString();
		for (const word of words) expect(text.split(` ${word} `).length - 1, `${word}, ${about}`).toBe(1);
		const isField = ({ block, attribute }: Setting) =>
			blockSpec(all[0].block(block).nodeName)?.fields.some((field) => field.attribute === attribute);
		for (const { block, attribute, value } of inForce(settings).filter(isField)) {
			const element = all[0].block(block);
			const open = disagreementsOf(element)?.open.find((one) => one.attribute === attribute);
			expect(
				open?.values.map((one) => one.value) ?? [element.getAttribute(attribute)],
				`${attribute} of ${block}, ${about}`
			).toContain(value);
		}
		for (const one of all) one.close();
	}
});
