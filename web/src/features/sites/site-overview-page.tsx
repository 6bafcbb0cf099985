"use client";

import { LazyDeployPanel } from "@/features/deploy/lazy-deploy-panel";
import { DeploymentList } from "./deployment-list";
import { LiveCard } from "./live-card";
import { useSite } from "./site-layout";
import { TrafficCard } from "./traffic-card";

export function SiteOverviewPage() {
  const site = useSite();
  if (site.status === "empty") {
    return (
      <section aria-labelledby="first-deployment">
        <h2 id="first-deployment" className="mb-3 font-medium">
          Nothing is deployed here yet
        </h2>
        <LazyDeployPanel site={site.name} />
      </section>
    );
  }
  return (
    <div className="space-y-8">
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <LiveCard site={site} />
        <TrafficCard traffic={site.traffic} />
      </div>
      <DeploymentList site={site} />
    </div>
  );
}
