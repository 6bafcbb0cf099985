import { describe, expect, it } from "vitest";
import type { Deployment } from "@/lib/api";
import { timeline } from "./timeline";

type Changes = Partial<Pick<Deployment, "status" | "stage" | "stages" | "error">>;

function deployment(changes: Changes): Deployment {
  const source = { kind: "zip", filename: "a.zip", size: 1, sha256: "" } as const;
  const at = "2026-01-01T00:00:00Z";
  return {
    id: "1",
    site: "blog",
    owner: "u",
    source,
    status: "PENDING",
    stage: null,
    error: null,
    is_live: false,
    can_roll_back: false,
    url: "http://blog.zipp.localhost",
    framework: null,
    plan: null,
    image: null,
    port: null,
    created_at: at,
    started_at: at,
    finished_at: null,
    stages: [],
    ...changes,
  };
}

const entered = (...names: string[]) =>
  names.map((name, at) => ({
    name,
    started_at: `2026-01-01T00:00:0${at}Z`,
    finished_at: at < names.length - 1 ? `2026-01-01T00:00:0${at + 1}Z` : null,
  }));
const states = (changes: Changes) => timeline(deployment(changes)).map(({ state }) => state);

describe("timeline", () => {
  it("waits for everything at first", () => {
    expect(states({})).toEqual(["waiting", "waiting", "waiting", "waiting", "waiting", "waiting"]);
  });

  it("shows the step under way", () => {
    expect(states({ status: "BUILDING", stage: "build", stages: entered("fetch", "detect", "build") })).toEqual([
      "done",
      "done",
      "running",
      "waiting",
      "waiting",
      "waiting",
    ]);
  });

  it("leaves out what a deployment that was built before did not need", () => {
    expect(states({ status: "BUILDING", stage: "start", stages: entered("start") }).slice(0, 4)).toEqual([
      "skipped",
      "skipped",
      "skipped",
      "running",
    ]);
  });

  it("tells where it failed, or was cancelled", () => {
    const stages = entered("fetch", "detect", "build").map((stage) => ({ ...stage, finished_at: stage.started_at }));
    const failed = { status: "FAILED", stage: "build", stages } as const;
    const error = (code: string) => ({ code, message: "It failed.", hint: "", stage: "build", line: "" });
    expect(states({ ...failed, error: error("build_failed") })[2]).toBe("failed");
    expect(states({ ...failed, error: error("cancelled") })[2]).toBe("cancelled");
    expect(states({ ...failed, error: error("cancelled") })[3]).toBe("skipped");
  });
});
