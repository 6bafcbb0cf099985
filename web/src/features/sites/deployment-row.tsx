"use client";

import Link from "next/link";
import { RelativeTime } from "@/components/relative-time";
import { StatusBadge } from "@/components/status-badge";
import type { Deployment, Site } from "@/lib/api";
import { shortId } from "@/lib/format";
import { paths } from "@/lib/paths";
import { activityText, isUnderWay } from "./deployment-actions";
import { DeploymentMenu } from "./deployment-menu";
import { Elapsed } from "./elapsed";
import { SourceLabel } from "./source-label";
import { useSiteActions } from "./use-site-actions";

const GRID =
  "relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-accent/40 " +
  "md:grid-cols-[6.5rem_minmax(0,1fr)_9rem_5.5rem_2.25rem]";

export function DeploymentRow({ deployment, site }: { deployment: Deployment; site: Site }) {
  const actions = useSiteActions(site.name);
  return (
    <li className={GRID}>
      <div className="flex items-center gap-2 max-md:order-3 max-md:col-span-2">
        <StatusBadge status={deployment.is_live ? "live" : deployment.status} />
        <span className="text-muted-foreground text-xs md:hidden">
          <Took deployment={deployment} /> · <RelativeTime value={deployment.created_at} />
        </span>
      </div>
      <div className="flex min-w-0 items-center gap-2 max-md:order-1">
        <Link
          href={paths.deployment(deployment.id)}
          className="min-w-0 rounded-sm after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
        >
          <SourceLabel source={deployment.source} />
        </Link>
        {deployment.source.kind === "zip" && (
          <span className="shrink-0 font-mono text-muted-foreground text-xs">{shortId(deployment.id)}</span>
        )}
        {actions.pending && <span className="shrink-0 text-info text-xs">{actions.pending}</span>}
      </div>
      <span className="hidden whitespace-nowrap text-right text-muted-foreground text-xs md:block">
        <Took deployment={deployment} />
      </span>
      <span className="hidden text-right text-muted-foreground text-xs md:block">
        <RelativeTime value={deployment.created_at} />
      </span>
      <div className="relative z-10 max-md:order-2">
        <DeploymentMenu deployment={deployment} site={site} actions={actions} />
      </div>
      {deployment.error && <FailureText error={deployment.error} />}
    </li>
  );
}

function Took({ deployment }: { deployment: Deployment }) {
  if (deployment.started_at === null) return <>{isUnderWay(deployment) ? "Waiting" : "—"}</>;
  return (
    <>
      {isUnderWay(deployment) && <span className="text-info">{activityText(deployment)} </span>}
      <Elapsed from={deployment.started_at} to={isUnderWay(deployment) ? null : deployment.finished_at} />
    </>
  );
}

function FailureText({ error }: { error: NonNullable<Deployment["error"]> }) {
  return (
    <p className="col-span-full min-w-0 break-words text-xs max-md:order-4 md:col-start-2">
      <span className="text-danger">{error.message}</span>
      {error.hint && <span className="text-muted-foreground"> {error.hint}</span>}
    </p>
  );
}
