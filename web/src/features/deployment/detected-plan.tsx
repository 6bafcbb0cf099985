import { ChevronRightIcon, ScanSearchIcon } from "lucide-react";
import type { Deployment } from "@/lib/api";
import { frameworkName } from "@/lib/format";

type Plan = NonNullable<Deployment["plan"]>;

/** What was detected, and which commands follow from it. */
export function DetectedPlan({ plan }: { plan: Plan }) {
  const facts = factsOf(plan);
  return (
    <details className="group rounded-xl border bg-card">
      <summary className="flex cursor-pointer list-none items-center gap-2.5 rounded-xl px-4 py-2.5 hover:bg-accent [&::-webkit-details-marker]:hidden">
        <ScanSearchIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <span className="min-w-0 flex-1 break-words">
          <span className="font-medium">{frameworkName(plan.framework)}</span>
          <span className="text-muted-foreground"> {plan.summary}</span>
        </span>
        <ChevronRightIcon
          aria-hidden
          className="size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
        />
      </summary>
      <dl className="grid grid-cols-1 gap-x-6 gap-y-2 border-t px-4 py-3 sm:grid-cols-[8rem_minmax(0,1fr)]">
        {facts.map(([name, values]) => (
          <div key={name} className="contents">
            <dt className="text-muted-foreground">{name}</dt>
            <dd className="min-w-0">
              {values.map((value) => (
                <code key={value} className="block break-all font-mono text-[13px] leading-5">
                  {value}
                </code>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** In the order in which they matter to a deployment; what a plan does not need is left out. */
export function factsOf(plan: Plan): (readonly [name: string, values: readonly string[]])[] {
  const runs = plan.start !== "" || plan.dockerfile !== "";
  const facts: [string, readonly string[]][] = [
    ["Folder", plan.root === "." ? [] : [plan.root]],
    ["Dockerfile", [plan.dockerfile]],
    ["Built with", [plan.builder]],
    ["Dependencies", plan.dependencies],
    ["Install", plan.install],
    ["Build", plan.build],
    ["Output", [plan.output]],
    ["Fallback page", [plan.fallback]],
    ["Runs on", [plan.base]],
    ["Before start", [plan.before_start]],
    ["Start", [plan.start]],
    ["Port", runs ? [String(plan.port)] : []],
    ["Health check", runs ? [plan.health_path] : []],
    ["Served by", [plan.serve === "nginx" ? "nginx, as files" : "a container"]],
  ];
  return facts
    .map(([name, values]) => [name, [...new Set(values.filter((value) => value !== ""))]] as const)
    .filter(([, values]) => values.length > 0);
}
