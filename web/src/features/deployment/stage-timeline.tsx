import {
  BanIcon,
  CheckIcon,
  CircleDashedIcon,
  LoaderCircleIcon,
  type LucideIcon,
  MinusIcon,
  XIcon,
} from "lucide-react";
import type { Deployment } from "@/lib/api";
import { cn } from "@/lib/utils";
import { Elapsed } from "../sites/elapsed";
import { stageName } from "./log/stage-names";
import { type StepState, type TimelineStep, timeline } from "./timeline";

interface Look {
  icon: LucideIcon;
  colour: string;
  bar: string;
  /** Where there is no time to show. */
  text: string;
}

const LOOKS: Readonly<Record<StepState, Look>> = {
  done: { icon: CheckIcon, colour: "text-success", bar: "bg-success", text: "done" },
  running: { icon: LoaderCircleIcon, colour: "text-info", bar: "bg-info", text: "running" },
  failed: { icon: XIcon, colour: "text-danger", bar: "bg-danger", text: "failed" },
  cancelled: { icon: BanIcon, colour: "text-muted-foreground", bar: "bg-input", text: "cancelled" },
  waiting: { icon: CircleDashedIcon, colour: "text-muted-foreground", bar: "bg-border", text: "waiting" },
  skipped: { icon: MinusIcon, colour: "text-muted-foreground", bar: "bg-border", text: "not run" },
};

/** The steps of a deployment with what each took. */
export function StageTimeline({ deployment }: { deployment: Deployment }) {
  return (
    <ol aria-label="Stages" className="grid grid-cols-3 gap-x-2 gap-y-3 sm:grid-cols-6">
      {timeline(deployment).map((step) => (
        <Step key={step.name} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: TimelineStep }) {
  const { icon: Icon, colour, bar, text } = LOOKS[step.state];
  const isCurrent = step.state === "running";
  return (
    <li aria-current={isCurrent ? "step" : undefined} data-state={step.state} className="min-w-0">
      <div className={cn("h-1 rounded-full", bar, isCurrent && "motion-safe:animate-pulse")} />
      <div className="mt-1.5 flex items-center gap-1.5">
        <Icon aria-hidden className={cn("size-3.5 shrink-0", colour, isCurrent && "motion-safe:animate-spin")} />
        <span className={cn("truncate font-medium", step.startedAt === null && "text-muted-foreground")}>
          {stageName(step.name)}
        </span>
      </div>
      <div className="h-5 pl-5 text-muted-foreground text-xs leading-5">
        {step.startedAt === null ? text : <Elapsed from={step.startedAt} to={step.finishedAt} />}
        {step.startedAt !== null && <span className="sr-only">, {text}</span>}
      </div>
    </li>
  );
}
