"use client";

import { useSearchParams } from "next/navigation";
import { Suspense } from "react";
import { PageHeader } from "@/components/page-header";
import { LazyDeployPanel, PanelSkeleton } from "./lazy-deploy-panel";
import { siteNameProblem } from "./source/site-name";

/** `/deploy`, `/deploy?site=my-site` for a site of one's own, `/deploy?git=https://…` as a link to deploy something. */
export function DeployPage() {
  return (
    <Suspense fallback={<PanelSkeleton />}>
      <Deploy />
    </Suspense>
  );
}

function Deploy() {
  const query = useSearchParams();
  const wanted = query.get("site") ?? "";
  const site = siteNameProblem(wanted) === null ? wanted : undefined;
  const git = query.get("git") ?? undefined;
  return (
    <>
      <PageHeader title={site ? `Deploy to ${site}` : "Deploy"} />
      <LazyDeployPanel
        key={`${site ?? ""} ${git ?? ""}`}
        autoFocus
        {...(site === undefined ? {} : { site })}
        {...(git === undefined ? {} : { git })}
      />
    </>
  );
}
