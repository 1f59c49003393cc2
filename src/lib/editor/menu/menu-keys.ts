/** Arrow keys, Home, End and letters in an open menu; each goes to an item, and the focus is the choice. */
export function moveInMenu(menu: HTMLElement, event: KeyboardEvent): void {
	const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
	const here = items.findIndex((item) => item === document.activeElement);
	const to: Record<string, number> = {
		ArrowDown: here + 1,
		ArrowUp: here - 1,
		Home: 0,
		End: items.length - 1
	};
	const letter = /^\p{L}$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
	const wanted = letter
		? [...items.slice(here + 1), ...items].find((item) =>
				item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase())
			)
		: items[((to[event.key] ?? NaN) + items.length) % items.length];
	if (!wanted) return;
	event.preventDefault();
	wanted.focus();
}
