export type Align = "start" | "center" | "end";
type Box = Pick<DOMRect, "left" | "right" | "top" | "bottom" | "width">;
type Size = { width: number; height: number };

const GAP = 4;
const EDGE = 8;

/** Where a menu stands: below what it belongs to, above where there is more room, and never beyond the window's edge. */
export function menuPosition(trigger: Box, menu: Size, window: Size, align: Align): { left: number; top: number } {
  const wanted = {
    start: trigger.left,
    center: trigger.left + (trigger.width - menu.width) / 2,
    end: trigger.right - menu.width,
  }[align];
  const left = Math.max(EDGE, Math.min(wanted, window.width - menu.width - EDGE));
  const below = trigger.bottom + GAP;
  const fitsBelow = below + menu.height <= window.height - EDGE;
  const moreAbove = trigger.top > window.height - trigger.bottom;
  const top = fitsBelow || !moreAbove ? below : trigger.top - GAP - menu.height;
  return { left, top: Math.max(EDGE, top) };
}
