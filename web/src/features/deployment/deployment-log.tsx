"use client";

import { useMemo, useState } from "react";
import { useLog } from "@/features/live";
import type { Deployment } from "@/lib/api";
import { isUnderWay } from "../sites/deployment-actions";
import { FailurePanel } from "./failure-panel";
import { logDownload } from "./log/download";
import { lineOfCause } from "./log/find-cause";
import { LazyLogView } from "./log/lazy-log-view";

/** The log, and above it why the deployment failed: the two share the lines, since a tab has one stream. */
export function DeploymentLog({ deployment }: { deployment: Deployment }) {
  const log = useLog(deployment.id);
  const { error } = deployment;
  // Who comes to watch or to see why it failed looks at the end; who comes to read begins at the start.
  const [follow] = useState(() => isUnderWay(deployment) || deployment.status === "FAILED");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the array grows in place, the version tells
  const seq = useMemo(
    () => (error?.line ? lineOfCause(log.lines, error.line) : null),
    [log.lines, log.version, error?.line],
  );
  // Files that nginx serves print nothing: after the last step no line can follow.
  const ended = log.ended || (deployment.plan?.serve === "nginx" && !isUnderWay(deployment));
  return (
    <>
      {error && <FailurePanel failure={error} seq={seq} />}
      <LazyLogView
        log={{ ...log, ended }}
        title="Log"
        downloadHref={logDownload(deployment.id)}
        follow={follow}
        headings
        className="h-[max(24rem,calc(100dvh-9rem))]"
      />
    </>
  );
}
