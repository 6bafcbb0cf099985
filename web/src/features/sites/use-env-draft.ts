import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { changeCount, EMPTY_DRAFT, type EnvDraft } from "./env-draft";

/**
 * What was typed, kept in the cache while one looks at the site's other pages: it is gone with the session's data when
 * one signs out, and never leaves the tab's memory.
 */
export function useEnvDraft(site: string) {
  const queries = useQueryClient();
  const queryKey = ["env-draft", site];
  const { data: draft } = useQuery({
    queryKey,
    queryFn: () => EMPTY_DRAFT,
    enabled: false,
    initialData: EMPTY_DRAFT,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useLeaveWarning(changeCount(draft) > 0);
  return {
    draft,
    setDraft: (change: (draft: EnvDraft) => EnvDraft) =>
      queries.setQueryData<EnvDraft>(queryKey, (current) => change(current ?? EMPTY_DRAFT)),
  };
}

/** Asks before the tab is closed or reloaded. */
function useLeaveWarning(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isDirty]);
}
