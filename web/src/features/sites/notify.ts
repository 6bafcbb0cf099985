import { problemOf } from "@/lib/api";
import { toast } from "@/lib/toast";

/** A failed action: what did not work, why, and what to do next in the API's own words. */
export function notifyProblem(what: string, error: unknown): void {
  const { detail, hint } = problemOf(error);
  toast.error(what, { description: [detail, hint].filter(Boolean).join(" ") });
}
