"use client";

import { useSyncExternalStore } from "react";
import { cn, isMac } from "@/lib/utils";

const never = () => () => {};

export function Shortcut({ className }: { className?: string }) {
  const mac = useSyncExternalStore(never, isMac, () => false);
  return (
    <kbd
      aria-hidden
      className={cn("rounded border bg-background px-1.5 py-0.5 font-sans text-[11px] leading-4", className)}
    >
      {mac ? "⌘K" : "Ctrl K"}
    </kbd>
  );
}
