/**
 * A circle's log as sentences that a supervisor can read: who let whom in, who changed what, and when. Pure.
 *
 * Promises: one line for each entry that concerns access, in the order of the log; what is an emergency is marked. Dates
 * are those of the writer's clock. Must never leave out an entry because a name is not known here.
 */
import type { Entry } from '#lib/circle/entry.ts';
import { isPersonId, type CircleId, type DeviceId, type PersonId } from '#lib/circle/ids.ts';
import type { CircleKind, MemberId, Role } from '#lib/circle/state.ts';
import { toBase64Url } from '#lib/crypto/bytes.ts';
import { listNames } from '../sentences.ts';

export interface AccessEvent {
	readonly seq: number;
	/** ms, by the clock of who did it. */
	readonly at: number;
	/** Who did it. */
	readonly who: string;
	/** What they did, as a whole sentence that begins with their name. */
	readonly sentence: string;
	/** Somebody from outside was let in without being asked who they are. */
	readonly emergency: boolean;
}

export interface RecordNames {
	person(person: PersonId): string;
	team(circle: CircleId): string;
	ownerOf(device: DeviceId): PersonId | null;
	/** The reason in an entry that removed somebody, if it can be read here. */
	reason(seq: number): string | null;
	day(at: number): string;
	moment(at: number): string;
}

const asRole: Readonly<Record<Role, string>> = {
	owner: 'an owner, who decides who is in',
	editor: 'an editor',
	commenter: 'a commenter',
	reader: 'a reader'
};

const inTeam: Readonly<Record<Role, string>> = {
	owner: 'somebody who decides who is in the team',
	editor: 'a member of the team',
	commenter: 'a member of the team',
	reader: 'a member of the team'
};

const founded: Readonly<Record<CircleKind, string>> = {
	agency: 'founded the agency',
	team: 'created this team',
	case: 'opened this case',
	document: 'began this restricted document'
};

interface Standing {
	readonly role: Role;
	readonly until: number | null;
}

interface Invited {
	readonly by: PersonId | null;
	readonly role: Role;
	readonly guest: boolean;
	readonly approval: boolean;
	readonly ownDevice: boolean;
}

/** Oldest first, as in the log. */
export function accessRecord(entries: readonly Entry[], names: RecordNames): readonly AccessEvent[] {
	const standing = new Map<string, Standing>();
	let kind: CircleKind = 'case';
	const as = (role: Role) => (kind === 'team' ? inTeam : asRole)[role];
	const invites = new Map<string, Invited>();
	const nameOf = (member: MemberId) =>
		isPersonId(member) ? names.person(member) : `the team ${names.team(member)}`;
	const rolls: Extract<Entry, { type: 'roll' }>[] = [];
	const nameOfDevice = (device: DeviceId) => {
		const person = names.ownerOf(device);
		return person === null ? 'somebody' : names.person(person);
	};
	const until = (at: number | null) => (at === null ? '' : `, until ${names.day(at)}`);
	return entries.flatMap((entry) => {
		const by = byOf(entry, names);
		const who = by === null ? 'Somebody' : names.person(by);
		const told = tell();
		if (told === null) return [];
		const [sentence, emergency = false] = typeof told === 'string' ? [told] : told;
		return { seq: entry.seq, at: entry.at, who, sentence: `${who} ${sentence}.`, emergency };

		function tell(): string | readonly [string, boolean] | null {
			switch (entry.type) {
				case 'init':
					kind = entry.body.kind;
					standing.set(entry.body.person, { role: 'owner', until: null });
					return founded[entry.body.kind];
				case 'grant': {
					const { person, role, guest, until: end, request } = entry.body;
					standing.set(person, { role, until: end });
					const whom = `${names.person(person)}${guest ? ', from outside,' : ''}`;
					return request === null
						? `let ${whom} in as ${as(role)}${until(end)}`
						: `approved the request of ${whom} who is ${as(role)} now${until(end)}`;
				}
				case 'grant-circle': {
					const { circle, role } = entry.body;
					standing.set(circle, { role, until: null });
					return `let ${nameOf(circle)} in, each as ${as(role)}: whoever is in the team is in here`;
				}
				case 'change-role': {
					const { member, role, until: end } = entry.body;
					const before = standing.get(member);
					standing.set(member, { role, until: end });
					const name = nameOf(member);
					if (before?.role !== role) return `made ${name} ${as(role)}${until(end)}`;
					return end === null
						? `took away the end date of ${name}, who stays ${as(role)}`
						: `set an end date for ${name}: ${names.day(end)}`;
				}
				case 'remove': {
					const { members } = entry.body;
					for (const member of members) standing.delete(member);
					const list = listNames(members.map(nameOf));
					const reason = names.reason(entry.seq);
					return `removed ${list}; what is written from then on they cannot read${
						reason === null || reason === '' ? '' : `. Reason given: “${reason}”`
					}`;
				}
				case 'leave':
					if (by !== null) standing.delete(by);
					return 'left';
				case 'device-add':
					return entry.body.person === by
						? 'added a device of their own'
						: `added a device for ${names.person(entry.body.person)}`;
				case 'device-remove': {
					const owner = names.ownerOf(entry.body.device);
					return owner === by || owner === null
						? 'removed a device of their own'
						: `removed a device of ${names.person(owner)}`;
				}
				case 'invite': {
					const { key, role, guest, approval, ownDevice, until: end, expires } = entry.body;
					invites.set(toBase64Url(key), { by, role, guest, approval, ownDevice });
					if (ownDevice) return 'made a link to add a device of their own';
					const link = `, with a link that works until ${names.moment(expires)}`;
					if (!guest) return `invited somebody as ${as(role)}${until(end)}${link}`;
					if (approval)
						return `invited somebody from outside to ask for access as ${as(role)}${until(end)}${link}`;
					return [`made an emergency link that lets somebody from outside in at once as ${as(role)}`, true];
				}
				case 'invite-withdraw':
					return invites.get(toBase64Url(entry.body.key))?.approval === true
						? 'withdrew an invitation, or declined who asked with it'
						: 'withdrew an invitation';
				case 'join': {
					const invite = invites.get(toBase64Url(entry.body.key));
					if (invite === undefined) return 'joined with an invitation';
					standing.set(entry.body.person, { role: invite.role, until: null });
					const from = invite.by === null ? '' : ` on the invitation of ${names.person(invite.by)}`;
					return invite.guest && !invite.approval
						? [`joined at once, from outside, as ${as(invite.role)}${from}`, true]
						: `joined as ${as(invite.role)}${from}`;
				}
				case 'join-request': {
					const invite = invites.get(toBase64Url(entry.body.key));
					if (invite?.ownDevice === true) return 'opened a link to add a device of their own';
					const from = invite?.by == null ? '' : ` on the invitation of ${names.person(invite.by)}`;
					return `asked to be let in${from}`;
				}
				case 'epoch':
					return 'renewed the keys of everybody who is in';
				case 'roll':
					rolls.push(entry);
					return null;
				case 'roll-again': {
					const { document, lane, generation, from } = entry.body;
					const theirs = rolls.filter(
						({ body }) =>
							body.document === document &&
							body.lane === lane &&
							body.generation > from &&
							body.generation < generation
					);
					const makers = new Set(theirs.map(({ by }) => nameOfDevice(by)));
					return `went back to the sound history of a document: what ${listNames([...makers])} had shortened did not match it`;
				}
				case 'newer':
					return 'did something that only a newer Throughline can read';
			}
		}
	});
}

/** One row for each event, for a spreadsheet: RFC 4180, with a byte order mark so that every program reads the letters. */
export function recordAsCsv(events: readonly AccessEvent[]): string {
	const rows = events.map((event) => [
		String(event.seq + 1),
		new Date(event.at).toISOString(),
		event.who,
		event.sentence,
		event.emergency ? 'emergency' : ''
	]);
	const lines = [['Number', 'When', 'Who', 'What', 'Stands out'], ...rows].map((row) =>
		row.map(cell).join(',')
	);
	return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** For reading aloud, printing or pasting into a letter. */
export function recordAsText(
	title: string,
	events: readonly AccessEvent[],
	moment: (at: number) => string
): string {
	const lines = events.map(
		({ at, sentence, emergency }) => `${moment(at)}  ${emergency ? 'EMERGENCY: ' : ''}${sentence}`
	);
	return [title, '', ...lines, ''].join('\n');
}

/** A name that begins like a formula must stay a name when a spreadsheet opens it. */
function cell(text: string): string {
	const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return `"${harmless.replaceAll('"', '""')}"`;
}

/** Whose doing it is. Who joins or asks is not in the circle before. */
function byOf(entry: Entry, names: RecordNames): PersonId | null {
	if (entry.type === 'init' || entry.type === 'join' || entry.type === 'join-request')
		return entry.body.person;
	return names.ownerOf(entry.by);
}
