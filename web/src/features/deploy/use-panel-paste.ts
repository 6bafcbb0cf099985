"use client";

import { useEffect, useEffectEvent } from "react";
import type { Dropped } from "./source/source";
import { inTransfer } from "./source/use-file-drop";

type Handlers = { onFiles: (dropped: Dropped) => void; onText: (text: string) => void };

const HAS_ITS_OWN = "input, textarea, [contenteditable], [role=dialog], [role=alertdialog]";

/** What is pasted anywhere on the page, except where a field or a dialog has its own use for it. */
export function usePanelPaste({ onFiles, onText }: Handlers, disabled: boolean) {
  const pasted = useEffectEvent((event: ClipboardEvent) => {
    const data = event.clipboardData;
    if (disabled || !data || (event.target instanceof Element && event.target.closest(HAS_ITS_OWN))) return;
    const dropped = inTransfer(data);
    if (dropped.entries.length + dropped.files.length > 0) onFiles(dropped);
    else onText(data.getData("text"));
  });
  useEffect(() => {
    const listener = (event: ClipboardEvent) => pasted(event);
    document.addEventListener("paste", listener);
    return () => document.removeEventListener("paste", listener);
  }, []);
}
