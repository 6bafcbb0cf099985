import { describe, expect, it } from "vitest";
import type { Deployment } from "@/lib/api";
import { activityText, possibleActions } from "./deployment-actions";

const deployment = (state: Partial<Deployment>) => ({ can_roll_back: false, is_live: false, ...state }) as Deployment;

describe("possibleActions", () => {
  it.each(["PENDING", "CLONING", "BUILDING"] as const)("lets one cancel %s and nothing else", (status) => {
    expect(possibleActions(deployment({ status }))).toEqual({
      redeploy: false,
      rollBack: false,
      cancel: true,
      stop: false,
    });
  });

  it("lets the live one be stopped, and never be rolled back to", () => {
    const live = possibleActions(deployment({ status: "RUNNING", is_live: true, can_roll_back: true }));
    expect(live).toEqual({ redeploy: true, rollBack: false, cancel: false, stop: true });
  });

  it("offers a rollback only where something is kept", () => {
    expect(possibleActions(deployment({ status: "STOPPED", can_roll_back: true })).rollBack).toBe(true);
    expect(possibleActions(deployment({ status: "STOPPED" })).rollBack).toBe(false);
    expect(possibleActions(deployment({ status: "FAILED" })).rollBack).toBe(false);
  });
});

describe("activityText", () => {
  it("says what is being done", () => {
    expect(activityText(deployment({ status: "PENDING", stage: null }))).toBe("Waiting");
    expect(activityText(deployment({ status: "BUILDING", stage: "check" }))).toBe("Checking");
  });

  it("has a word for a stage that it does not know", () => {
    expect(activityText(deployment({ status: "BUILDING", stage: "new" }))).toBe("Working");
  });
});
