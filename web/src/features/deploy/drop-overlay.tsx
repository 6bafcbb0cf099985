"use client";

import { FolderUpIcon } from "lucide-react";

/** Over everything while files are held over the window. It takes no events: what is below receives the drop. */
export function DropOverlay({ text }: { text: string }) {
  return (
    <div aria-hidden className="pointer-events-none fixed inset-0 z-50 bg-background/85 p-3 sm:p-6">
      <div className="grid size-full place-content-center justify-items-center gap-4 rounded-2xl border-2 border-brand border-dashed">
        <FolderUpIcon className="size-10 text-brand" />
        <p className="font-semibold text-xl tracking-tight">{text}</p>
      </div>
    </div>
  );
}
