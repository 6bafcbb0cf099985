"use client";

import { useEffect, useState } from "react";
import { useLiveStatus } from "@/features/live";

const PATIENCE = 3_000;

/** Says so when what is shown may be old. A short cut is nobody's business. */
export function LiveIndicator() {
  const status = useLiveStatus();
  const [stale, setStale] = useState(false);
  useEffect(() => {
    if (status === "open") {
      setStale(false);
      return;
    }
    const timer = setTimeout(() => setStale(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [status]);
  return (
    <span role="status" className="text-xs">
      {stale && (
        <span className="flex items-center gap-1.5 rounded-full bg-warning-soft px-2.5 py-1 font-medium text-warning">
          <span aria-hidden className="size-1.5 rounded-full bg-current motion-safe:animate-pulse" />
          Reconnecting…
        </span>
      )}
    </span>
  );
}
