"use client";

import { useQuery } from "@tanstack/react-query";
import { FileText, ScrollText } from "lucide-react";
import Link from "next/link";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { LogViewer } from "@/features/deployment/log-viewer";
import type { Site } from "@/lib/api";
import { paths } from "@/lib/paths";
import { deploymentQuery } from "@/lib/queries";
import { useSite } from "./site-layout";

export function SiteLogsPage() {
  const site = useSite();
  return site.live_deployment ? <LiveLog site={site} id={site.live_deployment} /> : <NotLive site={site} />;
}

function LiveLog({ site, id }: { site: Site; id: string }) {
  const { data: deployment, error, refetch } = useQuery(deploymentQuery(id));
  if (deployment === undefined) {
    return error ? <ErrorState error={error} retry={() => void refetch()} /> : <Skeleton className="h-96 w-full" />;
  }
  // nginx serves these files itself: there is no process that could print anything.
  if (deployment.plan?.serve === "nginx") return <StaticSite id={id} />;
  return <LogViewer key={id} deploymentId={id} stage="runtime" title={`What ${site.name} prints`} />;
}

function StaticSite({ id }: { id: string }) {
  return (
    <EmptyState
      icon={FileText}
      title="A static site prints nothing"
      action={
        <Button asChild variant="outline">
          <Link href={paths.deployment(id)}>Build log</Link>
        </Button>
      }
    >
      Its files are served as they are; no program of yours runs. What its build said is kept with the deployment.
    </EmptyState>
  );
}

function NotLive({ site }: { site: Site }) {
  const latest = site.latest;
  return (
    <EmptyState
      icon={ScrollText}
      title="Nothing is running"
      action={
        latest && (
          <Button asChild variant="outline">
            <Link href={paths.deployment(latest.id)}>Log of the last deployment</Link>
          </Button>
        )
      }
    >
      What the site prints is shown here while a version of it is live.
    </EmptyState>
  );
}
