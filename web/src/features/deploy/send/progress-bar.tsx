"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { formatBytes, formatDuration } from "@/lib/format";
import type { SendProgress } from "./deliver";

type ProgressBarProps = { progress: SendProgress; onCancel: () => void };

export function ProgressBar({ progress, onCancel }: ProgressBarProps) {
  const { title, detail, percent } = described(progress);
  const place = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone. Not to Cancel: a second Enter would undo the first.
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className="flex w-full flex-wrap items-center gap-x-4 gap-y-2 outline-none">
      <div className="grid min-w-0 flex-1 basis-48 gap-1.5">
        <div className="flex flex-wrap justify-between gap-x-3">
          <span className="font-medium">{title}</span>
          <span className="text-muted-foreground tabular-nums">{detail}</span>
        </div>
        <Progress aria-label={title} value={percent} />
      </div>
      <Button variant="outline" onClick={onCancel}>
        Cancel
      </Button>
      <p role="status" className="sr-only">
        {spoken(title, percent)}
      </p>
    </div>
  );
}

type Described = { title: string; detail: string; percent: number | null };

export function described(progress: SendProgress): Described {
  if (progress.phase === "accepting") return { title: "Handing over…", detail: "", percent: null };
  if (progress.phase === "preparing") return { title: "Preparing…", detail: "", percent: null };
  const { bytes, total } = progress;
  const percent = total > 0 ? Math.min(100, (bytes * 100) / total) : 0;
  if (progress.phase === "packing") {
    const files = `${progress.files.toLocaleString("en")} of ${progress.allFiles.toLocaleString("en")} files`;
    return { title: "Packing", detail: files, percent };
  }
  const facts = [
    `${formatBytes(bytes)} of ${formatBytes(total)}`,
    progress.speed !== null && `${formatBytes(progress.speed)}/s`,
    progress.left !== null && `${formatDuration(Math.max(1_000, progress.left))} left`,
  ];
  return { title: "Uploading", detail: facts.filter(Boolean).join(" · "), percent };
}

/** Every quarter, so that a screen reader is not kept busy. */
function spoken(title: string, percent: number | null): string {
  return percent === null ? title : `${title}: ${Math.floor(percent / 25) * 25} %`;
}
