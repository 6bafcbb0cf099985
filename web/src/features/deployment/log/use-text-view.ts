import { type RefObject, useEffect, useState } from "react";

export interface TextView {
  /** Pixels. */
  readonly width: number;
  readonly character: number;
}

const PROBE = "0".repeat(100);

/** How wide the element is, and a character of its own (monospaced) font in it. */
export function useTextView(element: RefObject<HTMLElement | null>): TextView {
  const [view, setView] = useState<TextView>({ width: 800, character: 8 });
  // Not a layout effect: those of children run before their parents' elements are known.
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => {
      const next = { width: box.clientWidth, character: characterWidth(box) };
      setView((before) => (before.width === next.width && before.character === next.character ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    document.fonts?.addEventListener("loadingdone", measure); // until then another font stands in
    return () => {
      observer.disconnect();
      document.fonts?.removeEventListener("loadingdone", measure);
    };
  }, [element]);
  return view;
}

function characterWidth(box: HTMLElement): number {
  const probe = document.createElement("span");
  probe.textContent = PROBE;
  probe.style.cssText = "position:absolute;visibility:hidden;white-space:pre";
  box.append(probe);
  const width = probe.getBoundingClientRect().width / PROBE.length;
  probe.remove();
  return width || 8;
}
