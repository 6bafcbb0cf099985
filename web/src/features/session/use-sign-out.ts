"use client";

import { useCallback } from "react";
import { logout, problemOf } from "@/lib/api";
import { paths } from "@/lib/paths";

/**
 * Ends the session and loads the sign-in page anew: nothing of the account stays in memory. `next` is where whoever
 * signs in then goes on.
 */
export function useSignOut(): (next?: string) => Promise<void> {
  return useCallback(async (next?: string) => {
    try {
      await logout();
    } catch (error) {
      if (problemOf(error).status !== 401) throw error;
    }
    window.location.assign(paths.login(next));
  }, []);
}
