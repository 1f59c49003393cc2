/** Who may do what in a discussion, by the role held when writing. The author's own rights are judged in fold.ts. */
import type { DiscussionRole } from './operation.ts';

/** Redact, resolve, reopen and re-anchor what others wrote. */
export function canModerate(role: DiscussionRole | null): boolean {
	return role === 'owner' || role === 'editor';
}

/** Write in the lane at all. */
export function canDiscuss(role: DiscussionRole | null): boolean {
	return canModerate(role) || role === 'commenter';
}
