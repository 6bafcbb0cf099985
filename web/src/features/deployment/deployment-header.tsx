"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { PageHeader } from "@/components/page-header";
import { RelativeTime } from "@/components/relative-time";
import { StatusBadge } from "@/components/status-badge";
import { useSession } from "@/features/session";
import type { Deployment } from "@/lib/api";
import { paths } from "@/lib/paths";
import { usersQuery } from "@/lib/queries";
import { isUnderWay } from "../sites/deployment-actions";
import { Elapsed } from "../sites/elapsed";
import { SourceLabel } from "../sites/source-label";
import { DeploymentActions } from "./deployment-actions";

export function DeploymentHeader({ deployment }: { deployment: Deployment }) {
  return (
    <PageHeader
      title={
        <span className="flex min-w-0 flex-wrap items-center gap-x-3">
          <Link href={paths.site(deployment.site)} className="min-w-0 truncate rounded-sm hover:underline">
            {deployment.site}
          </Link>
          <StatusBadge status={deployment.status} />
        </span>
      }
      description={<Facts deployment={deployment} />}
      actions={<DeploymentActions deployment={deployment} />}
    />
  );
}

function Facts({ deployment }: { deployment: Deployment }) {
  const owner = useOwnerName(deployment.owner);
  const end = isUnderWay(deployment) ? null : (deployment.finished_at ?? deployment.created_at);
  return (
    <div className="flex min-h-6 min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
      <SourceLabel source={deployment.source} className="max-w-full" />
      <span>
        <RelativeTime value={deployment.created_at} />
        {owner && ` by ${owner}`}
      </span>
      <span>
        {end === null ? "Running for " : "Took "}
        <Elapsed from={deployment.created_at} to={end} />
      </span>
    </div>
  );
}

/** Other people's deployments are seen by admins only, who may also read the list of people. */
function useOwnerName(uid: string): string {
  const { user } = useSession();
  const isMine = user.uid === uid;
  const { data: users } = useQuery({ ...usersQuery(), enabled: !isMine && user.role === "admin" });
  if (isMine) return "you";
  const owner = users?.find((each) => each.uid === uid);
  return owner ? owner.name || owner.email || "" : "";
}
