"use client";

import { DangerZone } from "./danger-zone";
import { LimitsCard } from "./limits-card";
import { useSite } from "./site-layout";

export function SiteSettingsPage() {
  const site = useSite();
  return (
    <div className="max-w-3xl space-y-6">
      <LimitsCard key={JSON.stringify(site.limits)} site={site} />
      <DangerZone site={site} />
    </div>
  );
}
