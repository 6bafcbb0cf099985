"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { shortId } from "@/lib/format";
import { segment, useDeploymentId, useSiteName } from "@/lib/params";
import { deploymentQuery } from "@/lib/queries";

/** Titles that hold a name: the page is made once for all names, so they are set when it is shown. */
function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Zipp`;
  }, [title]);
}

const PARTS: Readonly<Record<string, string>> = {
  logs: "Log",
  environment: "Environment",
  domains: "Domains",
  settings: "Settings",
};

export function SiteTitle() {
  const name = useSiteName();
  const part = PARTS[segment(usePathname(), 2)];
  usePageTitle(part ? `${part} · ${name}` : name);
  return null;
}

const WORDS = {
  PENDING: "Queued",
  CLONING: "Fetching",
  BUILDING: "Building",
  RUNNING: "Deployed",
  FAILED: "Failed",
  STOPPED: "Stopped",
} as const;

/** Says how it goes: people watch a build from another tab. */
export function DeploymentTitle() {
  const id = useDeploymentId();
  const { data } = useQuery(deploymentQuery(id));
  usePageTitle(data ? `${WORDS[data.status]} · ${data.site}` : `Deployment ${shortId(id)}`);
  return null;
}
