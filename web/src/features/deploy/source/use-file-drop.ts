"use client";

import { useEffect, useEffectEvent, useState } from "react";
import type { Dropped } from "./source";

const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/**
 * Files may be dropped anywhere in the window; true while some are held over it. Also when it is `disabled` the browser
 * does not open what is dropped: that would leave the page.
 */
export function useFileDrop(onDrop: (dropped: Dropped) => void, disabled = false): boolean {
  const [held, setHeld] = useState(false);
  const dropped = useEffectEvent((event: DragEvent) => {
    if (!disabled && event.dataTransfer) onDrop(inTransfer(event.dataTransfer));
  });
  const allowed = useEffectEvent(() => !disabled);

  useEffect(() => {
    let depth = 0; // each element that is crossed is entered and left
    const set = (next: number) => {
      depth = Math.max(0, next);
      setHeld(depth > 0 && allowed());
    };
    const on: Partial<Record<string, (event: DragEvent) => void>> = {
      dragenter: () => set(depth + 1),
      dragleave: () => set(depth - 1),
      dragover: (event) => {
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = allowed() ? "copy" : "none";
      },
      drop: (event) => {
        event.preventDefault();
        set(0);
        dropped(event);
      },
    };
    const listener = (event: Event) => {
      if (event instanceof DragEvent && bringsFiles(event)) on[event.type]?.(event);
    };
    for (const name of Object.keys(on)) window.addEventListener(name, listener);
    return () => {
      for (const name of Object.keys(on)) window.removeEventListener(name, listener);
    };
  }, []);
  return held;
}

/** To be called in the event itself: afterwards the browser has emptied it. */
export function inTransfer(transfer: DataTransfer): Dropped {
  const entries: FileSystemEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) files.push(file);
  }
  return { entries, files };
}
