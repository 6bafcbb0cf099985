import type { Deployment } from "@/lib/api";
import { isUnderWay } from "../sites/deployment-actions";

/** The steps of every deployment, in order (domain/deployment.py: Step). */
export const STEPS = ["fetch", "detect", "build", "start", "check", "route"] as const;

export type StepState = "done" | "running" | "failed" | "cancelled" | "waiting" | "skipped";

export interface TimelineStep {
  readonly name: string;
  readonly state: StepState;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** Every step, also those that have not come yet or were not needed. */
export function timeline(deployment: Deployment): TimelineStep[] {
  return STEPS.map((name) => {
    const stage = deployment.stages.find((each) => each.name === name);
    return {
      name,
      state: stateOf(deployment, name, stage?.finished_at ?? null, stage !== undefined),
      startedAt: stage?.started_at ?? null,
      finishedAt: stage?.finished_at ?? null,
    };
  });
}

function stateOf(deployment: Deployment, name: string, finishedAt: string | null, entered: boolean): StepState {
  if (!entered) return isUnderWay(deployment) && isAhead(deployment, name) ? "waiting" : "skipped";
  const { error } = deployment;
  if (deployment.status === "FAILED" && name === (error?.stage || deployment.stage)) {
    return error?.code === "cancelled" ? "cancelled" : "failed";
  }
  return finishedAt === null && isUnderWay(deployment) ? "running" : "done";
}

/** A step before the one under way that was never entered was not needed. */
function isAhead(deployment: Deployment, name: string): boolean {
  const steps: readonly string[] = STEPS;
  return steps.indexOf(name) > steps.indexOf(deployment.stage ?? "");
}
