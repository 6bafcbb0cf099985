import type { Deployment } from "@/lib/api";

const UNDER_WAY: readonly Deployment["status"][] = ["PENDING", "CLONING", "BUILDING"];

export const isUnderWay = (deployment: Deployment): boolean => UNDER_WAY.includes(deployment.status);

export interface PossibleActions {
  redeploy: boolean;
  rollBack: boolean;
  cancel: boolean;
  stop: boolean;
}

/** What a deployment's state allows; deleting is always possible. The API decides in the end. */
export function possibleActions(deployment: Deployment): PossibleActions {
  return {
    redeploy: !isUnderWay(deployment),
    rollBack: deployment.can_roll_back && !deployment.is_live,
    cancel: isUnderWay(deployment),
    stop: deployment.status === "RUNNING",
  };
}

const STAGES: Readonly<Record<string, string>> = {
  fetch: "Fetching",
  detect: "Detecting",
  build: "Building",
  start: "Starting",
  check: "Checking",
  route: "Going live",
};

/** What is being done for a deployment under way, in a word. */
export function activityText(deployment: Deployment): string {
  if (deployment.status === "PENDING") return "Waiting";
  return STAGES[deployment.stage ?? ""] ?? "Working";
}
