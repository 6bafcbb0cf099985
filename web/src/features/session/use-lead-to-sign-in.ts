"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import type { SignInConfig } from "@/lib/api";
import { paths } from "@/lib/paths";

/** To the sign-in page and back here, or to the first account. */
export function useLeadToSignIn(needed: boolean, config: SignInConfig | undefined) {
  const router = useRouter();
  useEffect(() => {
    if (!needed || !config) return;
    const here = window.location.pathname + window.location.search;
    router.replace(config.needs_setup ? paths.setup : paths.login(here));
  }, [needed, config, router]);
}
