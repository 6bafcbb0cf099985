import type { LogLine } from "@/lib/api";
import { clean } from "./clean";

const LINES = 2_000; // the platform reads the last 400 lines that a step printed

/** The number of the line that a failure quotes, or null. What the platform says itself quotes it too, and is no source. */
export function lineOfCause(lines: readonly LogLine[], quoted: string): number | null {
  const wanted = quoted.trim();
  if (wanted === "") return null;
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - LINES); at--) {
    const line = lines[at];
    if (line && line.stream !== "zipp" && clean(line.text).plain.trim().startsWith(wanted)) return line.seq;
  }
  return null;
}
