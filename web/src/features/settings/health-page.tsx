"use client";

import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/error-state";
import { StatusBadge } from "@/components/status-badge";
import { Skeleton } from "@/components/ui/skeleton";
import type { ComponentHealth, HealthReport, State } from "@/lib/api";
import { plural } from "@/lib/format";
import { healthQuery } from "@/lib/queries";

type ComponentName = keyof HealthReport["components"];

/** In the order in which a request meets them. */
const COMPONENTS: readonly { name: ComponentName; label: string; what: string }[] = [
  { name: "api", label: "API", what: "Answers this page and the command line" },
  { name: "identity", label: "Identity", what: "Firebase Auth: who people are" },
  { name: "database", label: "Records", what: "Accounts, sites and deployments" },
  { name: "storage", label: "Storage", what: "Uploaded archives and built files" },
  { name: "docker", label: "Container engine", what: "Builds and runs what has code" },
  { name: "proxy", label: "Web server", what: "Leads visitors to the sites" },
];

const SENTENCES: Record<State, string> = {
  ok: "Everything works",
  degraded: "A part of the platform needs attention",
  down: "The platform can’t work just now",
};

export function HealthPage() {
  const { data: report, error, refetch } = useQuery(healthQuery());
  if (report === undefined && error) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <div className="max-w-3xl space-y-6">
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      <Summary report={report} />
      <ul aria-label="Components" aria-busy={!report} className="divide-y rounded-lg border bg-card">
        {COMPONENTS.filter(({ name }) => name !== "identity" || report?.components.identity).map(
          ({ name, label, what }) => (
            <Component key={name} label={label} what={what} health={report?.components[name] ?? undefined} />
          ),
        )}
      </ul>
      <p className="text-muted-foreground text-xs">
        Asked anew every 10 seconds while this page is visible. Resources, error rates and alerts will have pages of
        their own.
      </p>
    </div>
  );
}

function Summary({ report }: { report: HealthReport | undefined }) {
  if (!report) return <Skeleton className="h-12 w-full max-w-sm" />;
  const { running, unhealthy } = report.containers;
  return (
    <div className="flex min-h-12 flex-wrap items-center justify-between gap-3">
      <div role="status" className="flex items-center gap-3">
        <StatusBadge status={report.status} />
        <p className="font-medium">{SENTENCES[report.status]}</p>
      </div>
      <p className="text-muted-foreground">
        {plural(running, "container")} running
        {unhealthy > 0 && <span className="text-danger">, {unhealthy} unhealthy</span>} · Zipp {report.version}
      </p>
    </div>
  );
}

function Component({ label, what, health }: { label: string; what: string; health: ComponentHealth | undefined }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto_auto] items-center gap-x-4 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_5rem_6.5rem]">
      <div className="min-w-0">
        <p className="font-medium">{label}</p>
        <p className="break-words text-muted-foreground text-xs">{health?.detail || what}</p>
      </div>
      <span className="text-right text-muted-foreground text-xs tabular-nums">
        {health ? latencyText(health.latency_ms) : <Skeleton className="ml-auto h-4 w-10" />}
      </span>
      <span className="justify-self-end">
        {health ? <StatusBadge status={health.status} /> : <Skeleton className="h-5 w-16" />}
      </span>
    </li>
  );
}

/** Most answer in well under 10 ms: there a decimal says something. */
function latencyText(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
