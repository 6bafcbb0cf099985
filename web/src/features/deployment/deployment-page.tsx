"use client";

import { useQuery } from "@tanstack/react-query";
import { PackageXIcon } from "lucide-react";
import Link from "next/link";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { problemOf } from "@/lib/api";
import { useDeploymentId } from "@/lib/params";
import { paths } from "@/lib/paths";
import { deploymentQuery } from "@/lib/queries";
import { DeploymentHeader } from "./deployment-header";
import { DeploymentLog } from "./deployment-log";
import { DetectedPlan } from "./detected-plan";
import { Outcome } from "./outcome";
import { StageTimeline } from "./stage-timeline";

export function DeploymentPage() {
  const id = useDeploymentId();
  const { data: deployment, error, refetch } = useQuery(deploymentQuery(id));
  if (error && problemOf(error).status === 404) return <NoSuchDeployment />;
  if (deployment === undefined) {
    return (
      <>
        <h1 className="sr-only">Deployment</h1>
        {error ? <ErrorState error={error} retry={() => void refetch()} /> : <Loading />}
      </>
    );
  }
  return (
    <>
      <DeploymentHeader deployment={deployment} />
      <div className="flex flex-col gap-4">
        <Outcome deployment={deployment} />
        <StageTimeline deployment={deployment} />
        {deployment.plan && <DetectedPlan plan={deployment.plan} />}
        <DeploymentLog key={deployment.id} deployment={deployment} />
      </div>
    </>
  );
}

function NoSuchDeployment() {
  return (
    <>
      <PageHeader title="Deployment" />
      <EmptyState
        icon={PackageXIcon}
        title="There is no such deployment"
        action={
          <Button asChild variant="outline">
            <Link href={paths.dashboard}>All sites</Link>
          </Button>
        }
      >
        It may have been deleted, or it belongs to somebody else.
      </EmptyState>
    </>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4">
      <Skeleton className="h-16 w-full max-w-xl" />
      <Skeleton className="mt-2 h-[52px] w-full" />
      <Skeleton className="h-11 w-full rounded-xl" />
      <Skeleton className="h-[max(24rem,calc(100dvh-9rem))] w-full rounded-xl" />
    </div>
  );
}
