const ITEMS = '[role^="menuitem"]:not(:disabled):not([aria-disabled="true"])';

/** Moves the focus in an open menu as `key` says (or "first"); whether it was such a key. */
export function moveFocus(menu: HTMLElement, key: string): boolean {
  const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = target(items, at, key);
  if (to === undefined) return false;
  (to ?? menu).focus();
  return true;
}

/** Undefined: not a key of menus; null: nothing to go to. */
function target(items: HTMLElement[], at: number, key: string): HTMLElement | null | undefined {
  switch (key) {
    case "first":
    case "Home":
      return items[0] ?? null;
    case "End":
      return items.at(-1) ?? null;
    case "ArrowDown":
      return items[(at + 1) % items.length] ?? null;
    case "ArrowUp":
      return items.at(at <= 0 ? -1 : at - 1) ?? null;
  }
  if (key.length !== 1 || key === " ") return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return (
    after.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase())) ?? items[at] ?? null
  );
}
