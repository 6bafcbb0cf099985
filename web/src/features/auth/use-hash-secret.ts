"use client";

import { useEffect, useState } from "react";

/**
 * The secret that a link carries behind its #, where no server and no log sees it; taken out of the address at once.
 * Undefined until it was looked for, null when there is none.
 */
export function useHashSecret(name: string): string | null | undefined {
  const [secret, setSecret] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const take = () => {
      const found = new URLSearchParams(window.location.hash.slice(1)).get(name);
      if (found) window.history.replaceState(null, "", window.location.pathname + window.location.search);
      setSecret((before) => found ?? before ?? null);
    };
    take();
    window.addEventListener("hashchange", take); // the link pasted into the page that is open already
    return () => window.removeEventListener("hashchange", take);
  }, [name]);
  return secret;
}
