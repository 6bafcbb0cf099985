"use client";

import { useEffect, useState } from "react";
import { durationBetween, formatDuration } from "@/lib/format";

/** How long something took; while it has no end, how long it has been going on, by the second. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  const now = useSecond(to === null);
  const milliseconds = durationBetween(from, to, now);
  const shown = to === null ? Math.floor(milliseconds / 1_000) * 1_000 : milliseconds;
  return <span className="tabular-nums">{shown === 0 && to === null ? "0 s" : formatDuration(shown)}</span>;
}

function useSecond(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, [ticking]);
  return now;
}
