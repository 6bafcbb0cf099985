const NAMES: Readonly<Record<string, string>> = {
  fetch: "Fetch",
  detect: "Detect",
  build: "Build",
  start: "Start",
  check: "Check",
  route: "Route",
  runtime: "Site output",
};

/** A stage of the log as people read it. */
export function stageName(stage: string): string {
  return NAMES[stage] ?? stage;
}
