import type { LogLine } from "@/lib/api";

/** A line for tests. */
export function line(
  seq: number,
  stage = "build",
  text = `line ${seq}`,
  stream: LogLine["stream"] = "stdout",
): LogLine {
  return { seq, stage, text, stream, time: "2026-01-01T00:00:00Z" };
}
