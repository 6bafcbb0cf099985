import Link from "next/link";
import { RelativeTime } from "@/components/relative-time";
import { Sparkline } from "@/components/sparkline";
import { StatusBadge } from "@/components/status-badge";
import { Skeleton } from "@/components/ui/skeleton";
import type { Deployment, Site } from "@/lib/api";
import { formatCompact, frameworkName } from "@/lib/format";
import { paths } from "@/lib/paths";
import { cn } from "@/lib/utils";
import { activityText, isUnderWay } from "./deployment-actions";
import { Elapsed } from "./elapsed";
import { SiteAddress } from "./site-address";
import { SourceLabel } from "./source-label";
import { trafficTotals } from "./traffic";

const COLUMNS = "md:grid md:grid-cols-[minmax(0,1.3fr)_6.5rem_minmax(0,1fr)_9rem] md:gap-x-6";
const GRID = cn("grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-3", COLUMNS);

/** What the columns are; each row says it in its own words too, so that it need not be read out. */
export function SiteColumns() {
  return (
    <div aria-hidden className={cn("hidden px-4 pb-1.5 text-muted-foreground text-xs", COLUMNS)}>
      <span>Site</span>
      <span>Status</span>
      <span>Last deployment</span>
      <span className="text-right">Requests, 24 h</span>
    </div>
  );
}

export function SiteRow({ site }: { site: Site }) {
  return (
    <li className={cn(GRID, "relative transition-colors focus-within:bg-accent/40 hover:bg-accent/40")}>
      <div className="min-w-0">
        <div className="flex min-w-0 items-baseline gap-2">
          <Link
            href={paths.site(site.name)}
            className="truncate rounded-sm font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
          >
            {site.name}
          </Link>
          {site.framework && (
            <span className="shrink-0 text-muted-foreground text-xs">{frameworkName(site.framework)}</span>
          )}
        </div>
        <SiteAddress url={site.url} className="text-xs" />
      </div>
      <div className="justify-self-end md:justify-self-start">
        <StatusBadge status={site.status} />
      </div>
      <LastDeployment deployment={site.latest} />
      <Requests site={site} />
    </li>
  );
}

function LastDeployment({ deployment }: { deployment: Deployment | null }) {
  if (deployment === null)
    return <p className="text-muted-foreground text-xs max-md:col-span-2">Nothing deployed yet</p>;
  return (
    <div className="min-w-0 text-xs max-md:col-span-2">
      <SourceLabel source={deployment.source} />
      <p className="truncate text-muted-foreground">
        <LastState deployment={deployment} />
      </p>
    </div>
  );
}

function LastState({ deployment }: { deployment: Deployment }) {
  if (isUnderWay(deployment)) {
    return (
      <span className="text-info">
        {activityText(deployment)} · <Elapsed from={deployment.started_at ?? deployment.created_at} to={null} />
      </span>
    );
  }
  const failed = deployment.status === "FAILED";
  return (
    <>
      {failed && <span className="text-danger">Last deployment failed · </span>}
      <RelativeTime value={deployment.created_at} />
    </>
  );
}

function Requests({ site }: { site: Site }) {
  const { requests, errors, label } = trafficTotals(site.traffic);
  return (
    <div className="hidden items-center justify-end gap-2 md:flex" title={label}>
      <span aria-hidden className="text-right text-muted-foreground text-xs tabular-nums">
        {formatCompact(requests)}
        {errors > 0 && <span className="block text-danger">{formatCompact(errors)} err</span>}
      </span>
      <Sparkline values={site.traffic.requests} label={label} />
    </div>
  );
}

export function SiteRowSkeleton() {
  return (
    <li className={GRID}>
      <div>
        <Skeleton className="my-0.5 h-4 w-32" />
        <Skeleton className="my-1 h-4 w-48 max-w-full" />
      </div>
      <Skeleton className="h-5 w-16 justify-self-end md:justify-self-start" />
      <div>
        <Skeleton className="my-0.5 h-3.5 w-36" />
        <Skeleton className="my-0.5 h-3.5 w-20" />
      </div>
      <Skeleton className="hidden h-7 w-full md:block" />
    </li>
  );
}
