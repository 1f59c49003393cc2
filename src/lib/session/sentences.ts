/**
 * The one place where reasons and states become sentences for people.
 *
 * Each says what happened, what is safe, and what to do next. No word of ours (epoch, envelope, sync) appears here.
 */

const sentences: Readonly<Record<string, string>> = {
	// invitations
	mangled: 'This invitation link is not complete. Please open it again from the message, or copy all of it.',
	'unknown-invitation':
		'This invitation is not known here. Perhaps the link belongs to another address; please ask for a new one.',
	'invitation-used':
		'This invitation has already been used. Each one works for one person only; please ask for a new one.',
	'invitation-expired': 'This invitation has expired. Please ask for a new one.',
	'invitation-withdrawn': 'This invitation was withdrawn. Please ask whoever invited you.',
	'request-declined':
		'Your request was not granted. Nothing of the case was shown to you; if you think this is a mistake, please call whoever invited you.',
	'invitation-requested':
		'Somebody has already asked to be let in with this invitation. Each one works for one person only; please ask for a new one.',
	// founding
	'wrong-code':
		'This founding link is no longer valid. Open the link that the relay printed when it was last started.',
	'founded-already': 'An agency already works here. Please ask a colleague there for an invitation.',
	// the relay
	'storage-full':
		'The relay has no room left and takes nothing new. Your work is safe on this device and will be sent when there is room again; please tell whoever runs your relay.',
	'storage-failed':
		'The relay could not store your latest changes. They are safe on this device and will be sent again; please tell whoever runs your relay.',
	'unknown-circle':
		'The relay does not know this case, although it should. Your work is safe on this device; please tell whoever runs your relay.',
	'bad-signature':
		'The relay would not take a change from this device. It was set aside here, and nothing was lost.',
	'too-large': 'One change was too large to send. It was set aside here, and nothing was lost.',
	'needs-relay':
		'Changing who is in needs the relay, and Throughline cannot reach it right now. Nothing was changed; please try again when you are connected.',
	'false-snapshot':
		'The history of a document was shortened falsely. Nothing here was changed. That document says who did it, and how it goes on.',
	'put-right':
		'Somebody had shortened the history of this document falsely, and an owner went back to the sound one. Please load this page again to see it whole; what you wrote is kept.',
	offline: 'Throughline cannot reach its relay right now. Please try again when you are connected.',
	'not-a-member': 'You are not in the circle of care of this case.',
	'may-not': 'Your role here does not allow this.',
	'already-a-member': 'This person is already in the circle of care.',
	'too-late':
		'This was written after the right to write here had ended. It is kept on this device, and nobody else sees it.',
	'approval-needed': 'Somebody has to say yes first. Please ask to be let in.',
	'wrong-request': 'Whoever asked to be let in has changed since. Please look at the request again.',
	'last-owner': 'Somebody has to decide who is in: name another owner first.',
	'behind-rooms':
		'Somebody goes on writing while you take their access away, so this device did not get to the end of it. Nothing was changed; please try again in a moment.',
	'not-all-here':
		'Not everything of this case could be fetched, and nothing that was saved may be lost by a removal. Nothing was changed; please try again when the connection is better.',
	'document-not-here':
		'Not everything of this document could be fetched, and nothing of it may be left behind. Nothing was changed; please try again when the connection is better.',
	'newer-document':
		'This document was written with a newer Throughline, so this one could not take all of it along. Nothing was changed; please update first.',
	'two-values':
		'In this document, two people set one thing differently. Please choose between both values first, so that neither is lost; nothing was changed.',
	'other-person-here':
		'Somebody else works on this device already, so it cannot become yours. Nothing was changed; open the link on another device, or in another browser.',
	'request-gone': 'This request has been answered already, or its link was withdrawn.',
	'end-date-missing': 'Who comes from outside needs a last day. Please choose one.',
	'unknown-member': 'This person is not in the circle of care any more.',
	'role-too-high': 'Nobody can invite to a higher role than their own.',
	'newer-entry':
		'Somebody uses a newer Throughline here. You can go on writing; to change who has access, please update first.',
	conflict: 'Somebody else changed who has access at the same moment. Please try again.',
	'record-differs':
		'The relay shows a different history of who has access than this device remembers. Nothing was changed here; please tell whoever runs your relay.',
	'record-forgotten':
		'The relay has forgotten part of who has access here, as it does when an older backup of it was restored. Nothing is lost: Throughline gives it back as soon as an owner of this case is connected, and what you write stays on this device until then.',
	'relay-dishonest':
		'The relay sent something that it should never send. It was left out, and nothing here was changed; please tell whoever runs your relay.',
	// importing notes
	'import-unreadable':
		'This file could not be read as a list of notes. Nothing was imported; export it again as CSV or JSON, with the names of the columns in the first row.',
	'import-empty': 'There are no notes in this file. Nothing was imported.',
	'import-too-long':
		'This file has more than 5,000 rows. Nothing was imported; please divide it into smaller ones.',
	'import-failed':
		'The notes could not be written on this device. None of them stand in the case; please try again.',
	// this device
	'device-refused':
		'This browser does not let Throughline keep anything on this device, so your work would not be safe here. Allow site data for this address, or leave private browsing, and open the page again.',
	'device-full':
		'This device has no room left. What you write still goes to the relay while you are connected; please free some space.',
	'device-failed':
		'This device could not write down your latest changes. They still go to the relay while you are connected; keep this page open until it says they are saved.',
	'keystore-unreadable':
		'The keys on this device could not be read. Nothing was deleted; please try again, and if it stays so, ask a colleague to invite you once more.'
};

/** The sentence for a reason; unknown reasons get one that is still true. */
export function sentenceFor(reason: string): string {
	const known = reason.startsWith('relay-') ? 'relay-dishonest' : (reasonAliases[reason] ?? reason);
	return sentences[known] ?? `That did not work (${reason}). Nothing was lost.`;
}

const reasonAliases: Readonly<Record<string, string>> = {
	'not-allowed': 'may-not',
	'may-not-write': 'may-not',
	closed: 'offline',
	'other-history': 'record-differs',
	behind: 'record-differs'
};

/** "Ana", "Ana and Ben", "Ana and 2 others". */
export function nameSome(names: readonly string[]): string {
	const [first, second] = names;
	if (first === undefined) return '';
	if (second === undefined) return first;
	return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} others`;
}

/** "Ana", "Ana and Ben", "Ana, Ben and Carl". */
export function listNames(names: readonly string[]): string {
	const last = names.at(-1) ?? '';
	return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** "1 change", "3 changes". */
export function countChanges(count: number): string {
	return count === 1 ? '1 change' : `${count} changes`;
}
