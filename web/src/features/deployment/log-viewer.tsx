"use client";

import { useLog } from "@/features/live";
import { logDownload } from "./log/download";
import { LazyLogView } from "./log/lazy-log-view";

interface LogViewerProps {
  deploymentId: string;
  /** Only what the site itself prints. */
  stage?: "runtime";
  title?: string;
  className?: string;
}

/** A deployment's log as it is written. Fills the height that `className` gives it. */
export function LogViewer({ deploymentId, stage, title = "Log", className }: LogViewerProps) {
  const log = useLog(deploymentId, stage);
  return (
    <LazyLogView
      key={deploymentId}
      log={log}
      title={title}
      downloadHref={logDownload(deploymentId, stage)}
      follow
      headings={stage === undefined}
      className={className ?? "h-[70dvh]"}
    />
  );
}
