/** What one can say without words. Others are shown as they come. */
export const REACTIONS: readonly (readonly [reaction: string, said: string])[] = [
	['👍', 'Thumbs up'],
	['❤️', 'Heart'],
	['🙏', 'Thank you'],
	['👀', 'Looking at it'],
	['✅', 'Done']
];

export function nameOfReaction(reaction: string): string {
	return REACTIONS.find(([one]) => one === reaction)?.[1] ?? reaction;
}
