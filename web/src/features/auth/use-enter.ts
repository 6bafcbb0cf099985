"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useCallback, useState } from "react";
import { type Problem, problemOf, type User } from "@/lib/api";
import { keys } from "@/lib/queries";
import { safeNext } from "@/lib/utils";

/** Where somebody goes once signed in: where they wanted to be, else the dashboard. */
export function useGoOn(): () => void {
  const router = useRouter();
  return useCallback(() => {
    router.replace(safeNext(new URLSearchParams(window.location.search).get("next")));
  }, [router]);
}

/**
 * A form that ends with a session: `prove` sends what was typed into it.
 *
 * Its fields are the browser's own: sign-in is HTML before it is React, and what somebody typed by then must stay.
 */
export function useEnter(prove: (typed: (name: string) => string) => Promise<User>) {
  const client = useQueryClient();
  const goOn = useGoOn();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      const user = await prove((name) => String(form.get(name) ?? ""));
      client.clear(); // of whoever was here before
      client.setQueryData(keys.me, user);
      goOn();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return { submit, busy, problem };
}
