import type { Status } from "@/client";
import { cn } from "@/lib/utils";

type Look = { label: string; tone: keyof typeof TONES; busy?: boolean };

const TONES = {
  success: "bg-success-soft text-success",
  info: "bg-info-soft text-info",
  danger: "bg-danger-soft text-danger",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-secondary text-muted-foreground",
} as const;

const LOOKS = {
  PENDING: { label: "Queued", tone: "neutral", busy: true },
  CLONING: { label: "Fetching", tone: "info", busy: true },
  BUILDING: { label: "Building", tone: "info", busy: true },
  RUNNING: { label: "Running", tone: "success" },
  FAILED: { label: "Failed", tone: "danger" },
  STOPPED: { label: "Stopped", tone: "neutral" },
  live: { label: "Live", tone: "success" },
  deploying: { label: "Deploying", tone: "info", busy: true },
  failed: { label: "Failed", tone: "danger" },
  stopped: { label: "Stopped", tone: "neutral" },
  empty: { label: "Empty", tone: "neutral" },
  ok: { label: "OK", tone: "success" },
  degraded: { label: "Degraded", tone: "warning" },
  down: { label: "Down", tone: "danger" },
} as const satisfies Record<string, Look>;

export type AnyStatus = Status | keyof typeof LOOKS;

/** A deployment's, a site's or a component's status. The word says it; the colour only helps. */
export function StatusBadge({ status, className }: { status: AnyStatus; className?: string }) {
  const look: Look = LOOKS[status];
  return (
    <span
      data-status={status}
      className={cn(
        "inline-flex h-6 w-fit shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 font-medium text-xs",
        TONES[look.tone],
        className,
      )}
    >
      <span aria-hidden className={cn("size-1.5 rounded-full bg-current", look.busy && "motion-safe:animate-pulse")} />
      {look.label}
    </span>
  );
}
