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

/** A form that ends with a session: `prove` sends it. */
export function useEnter(prove: () => Promise<User>) {
  const client = useQueryClient();
  const goOn = useGoOn();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const user = await prove();
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
