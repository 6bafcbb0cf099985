"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink, Play } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/copy-button";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { Deployment, Site } from "@/lib/api";
import { frameworkName, withoutScheme } from "@/lib/format";
import { paths } from "@/lib/paths";
import { deploymentQuery } from "@/lib/queries";
import { safeHref } from "@/lib/utils";
import { QrButton } from "./qr-button";
import { SourceLabel } from "./source-label";
import { useSiteActions } from "./use-site-actions";

/** What people see at the site's address just now. */
export function LiveCard({ site }: { site: Site }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{site.live_deployment ? "Live now" : "Not live"}</CardTitle>
      </CardHeader>
      <CardContent className="space-y-4">
        {site.live_deployment ? <Live site={site} id={site.live_deployment} /> : <NotLive site={site} />}
      </CardContent>
    </Card>
  );
}

function Live({ site, id }: { site: Site; id: string }) {
  const { data: deployment } = useQuery(deploymentQuery(id));
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <a
          href={safeHref(site.url)}
          target="_blank"
          rel="noreferrer"
          className="min-w-0 break-all rounded-sm font-semibold text-brand text-xl tracking-tight hover:underline"
        >
          {withoutScheme(site.url)}
        </a>
        <div className="flex items-center gap-1">
          <CopyButton value={site.url} label="Copy address" />
          <QrButton url={site.url} />
          <Button asChild variant="outline" size="sm">
            <a href={safeHref(site.url)} target="_blank" rel="noreferrer">
              <ExternalLink aria-hidden /> Open
            </a>
          </Button>
        </div>
      </div>
      <Facts site={site} deployment={deployment} />
    </>
  );
}

function Facts({ site, deployment }: { site: Site; deployment: Deployment | undefined }) {
  if (deployment === undefined) return <Skeleton className="h-10 w-full max-w-md" />;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-[minmax(0,2fr)_1fr_1fr]">
      <Fact name="Source" className="col-span-2 sm:col-span-1">
        <Link href={paths.deployment(deployment.id)} className="block rounded-sm hover:underline">
          <SourceLabel source={deployment.source} />
        </Link>
      </Fact>
      <Fact name="Framework">{frameworkName(deployment.framework ?? site.framework) || "Not known"}</Fact>
      <Fact name="Deployed">
        <RelativeTime value={deployment.finished_at ?? deployment.created_at} />
      </Fact>
    </dl>
  );
}

function Fact({ name, className, children }: { name: string; className?: string; children: ReactNode }) {
  return (
    <div className={className}>
      <dt className="text-muted-foreground text-xs">{name}</dt>
      <dd className="mt-0.5 min-w-0">{children}</dd>
    </div>
  );
}

function NotLive({ site }: { site: Site }) {
  if (site.status === "deploying") {
    return <p className="text-muted-foreground">The first version is on its way: follow it below.</p>;
  }
  if (site.status !== "stopped") {
    return <p className="text-muted-foreground">No version has gone live yet. The reason stands below.</p>;
  }
  return (
    <>
      <p className="text-muted-foreground">The site is stopped: its address answers with a page that says so.</p>
      <BringBack site={site} />
    </>
  );
}

/** Of its newest version; older ones are in the list below. */
function BringBack({ site }: { site: Site }) {
  const actions = useSiteActions(site.name);
  const { latest } = site;
  if (!latest?.can_roll_back) return null;
  return (
    <Button variant="outline" disabled={actions.pending !== null} onClick={() => actions.rollBack(latest, null)}>
      <Play aria-hidden /> {actions.pending ?? "Bring the last version back"}
    </Button>
  );
}
