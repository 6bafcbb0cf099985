"use client";

import { useSyncExternalStore } from "react";
import { formatDateTime, formatRelative } from "@/lib/format";

/** "5 min ago", kept right; the exact time as its title. */
export function RelativeTime({ value, className }: { value: string; className?: string }) {
  const now = useSyncExternalStore(subscribe, read, read);
  return (
    <time dateTime={value} title={formatDateTime(value)} className={className} suppressHydrationWarning>
      {formatRelative(value, now)}
    </time>
  );
}

// One clock for all times of a page, in steps of half a minute.
const STEP = 30_000;
let current = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

const read = () => current;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    current = Date.now();
    timer = setInterval(tick, STEP);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

function tick() {
  current = Date.now();
  for (const listener of listeners) listener();
}
