import type { Site } from "@/lib/api";
import { plural } from "@/lib/format";

export interface TrafficTotals {
  requests: number;
  errors: number;
  /** The whole of it in a sentence, for those who don't see the line. */
  label: string;
}

export function trafficTotals(traffic: Site["traffic"]): TrafficTotals {
  const requests = sum(traffic.requests);
  const errors = sum(traffic.errors);
  const hours = Math.round((traffic.requests.length * traffic.step_seconds) / 3_600);
  const failed = errors > 0 ? `, ${plural(errors, "error")}` : "";
  const what = requests === 0 ? "No requests" : plural(requests, "request");
  return { requests, errors, label: `${what} in the last ${hours} hours${failed}` };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
