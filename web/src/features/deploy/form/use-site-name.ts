"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { checkName } from "@/lib/api";
import { siteNameProblem } from "../source/site-name";

const PAUSE = 300;

export type NameState = {
  name: string;
  kind: "empty" | "invalid" | "checking" | "free" | "yours" | "taken" | "unknown";
  text: string;
  /** A name that is free, where this one is not. */
  suggestion: string | null;
};

/**
 * The site's name and what is known of it. As long as none is `typed` it follows `derived`; when that belongs to
 * somebody else, a free one near it is taken instead.
 */
export function useSiteNameState(typed: string | null, derived: string): NameState {
  const first = useAvailability(typed === null ? derived : "");
  const instead = typed === null && first.data?.available === false ? first.data.suggestion : null;
  const name = typed ?? instead ?? derived;
  const { data, pending } = useAvailability(name);

  const problem = siteNameProblem(name);
  if (name === "") return { name, kind: "empty", text: "", suggestion: null };
  if (problem) return { name, kind: "invalid", text: problem, suggestion: null };
  if (pending) return { name, kind: "checking", text: "Checking…", suggestion: null };
  if (!data) return { name, kind: "unknown", text: "", suggestion: null };
  if (!data.available) return { name, kind: "taken", text: data.reason ?? "Taken.", suggestion: data.suggestion };
  if (data.yours) return { name, kind: "yours", text: `Updates your site ${name}.`, suggestion: null };
  const text = instead ? `“${derived}” is taken; this name is free.` : "This name is free.";
  return { name, kind: "free", text, suggestion: null };
}

/** Asks the platform once typing pauses. An answer that does not come is no obstacle: deploying asks again. */
function useAvailability(name: string) {
  const settled = useSettled(name);
  const usable = siteNameProblem(name) === null;
  const { data, isPending, isError } = useQuery({
    queryKey: ["availability", settled],
    queryFn: ({ signal }) => checkName({ path: { name: settled }, signal }),
    enabled: usable && settled === name,
    staleTime: 10_000,
    retry: false,
  });
  return {
    data: settled === name ? data : undefined,
    pending: usable && (settled !== name || (isPending && !isError)),
  };
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
