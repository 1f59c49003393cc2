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
	offline: 'Throughline cannot reach its relay right now. Please try again when you are connected.',
	'not-a-member': 'You are not in the circle of care of this case.',
	'may-not': 'Your role here does not allow this.',
	'already-a-member': 'This person is already in the circle of care.',
	'last-owner': 'Somebody has to decide who is in: name another owner first.',
	'role-too-high': 'Nobody can invite to a higher role than their own.',
	'newer-entry':
		'Somebody uses a newer Throughline here. You can go on writing; to change who has access, please update first.',
	conflict: 'Somebody else changed who has access at the same moment. Please try again.',
	'record-differs':
		'The relay shows a different history of who has access than this device remembers. Nothing was changed here; please tell whoever runs your relay.',
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
	return sentences[reasonAliases[reason] ?? reason] ?? `That did not work (${reason}). Nothing was lost.`;
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

/** "1 change", "3 changes". */
export function countChanges(count: number): string {
	return count === 1 ? '1 change' : `${count} changes`;
}
