"use client";

import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useSession } from "@/features/session";
import { type Problem, problemOf } from "@/lib/api";
import type { FolderSource } from "../source/source";
import { deliver, type Order, type SendProgress } from "./deliver";

/** Often enough for the eye: a folder of thousands of small files would report each of them. */
const REPORT_EVERY = 100;

type Sending = {
  progress: SendProgress | null;
  problem: Problem | null;
  send: (order: Order) => void;
  cancel: () => void;
  forget: () => void;
};

/** One delivery at a time. When the session has ended it waits for the password, and then goes on by itself. */
export function useSend(onDone: (id: string) => void): Sending {
  const { config, generation } = useSession();
  const [progress, setProgress] = useState<SendProgress | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef<AbortController | null>(null);
  const handedOver = useRef(false);
  const interrupted = useRef<Order | null>(null);
  const [packed] = useState(() => new WeakMap<FolderSource, Blob>());

  const send = async (order: Order) => {
    if (running.current) return;
    const control = new AbortController();
    running.current = control;
    handedOver.current = false;
    interrupted.current = null;
    setProblem(null);
    try {
      const id = await deliver(order, {
        signal: control.signal,
        limits: config,
        report: everySoOften((now) => {
          if (running.current !== control) return;
          handedOver.current = now.phase === "accepting";
          setProgress(now);
        }),
        packed,
      });
      onDone(id); // what is shown stays as it is until the next page is there
    } catch (error) {
      if (running.current === control) setProgress(null);
      if (control.signal.aborted) return;
      const why = problemOf(error);
      if (why.status === 401) interrupted.current = order;
      else setProblem(why);
    } finally {
      if (running.current === control) running.current = null;
    }
  };

  const goOn = useEffectEvent(() => {
    if (interrupted.current) void send(interrupted.current);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session is what it goes on after
  useEffect(() => goOn(), [generation]);
  // The stream may tell of the new site before this request is answered, and the page that was empty is then another.
  useEffect(() => () => (handedOver.current ? undefined : running.current?.abort()), []);
  useWarning(progress !== null);

  const cancel = () => {
    running.current?.abort();
    running.current = null;
    setProgress(null);
  };
  return { progress, problem, send: (order) => void send(order), cancel, forget: () => setProblem(null) };
}

/** Closing the tab would end an upload: the browser asks first. */
function useWarning(active: boolean) {
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [active]);
}

function everySoOften(report: (progress: SendProgress) => void): (progress: SendProgress) => void {
  let last = { phase: "", at: 0 };
  return (progress) => {
    const now = performance.now();
    if (progress.phase === last.phase && now - last.at < REPORT_EVERY) return;
    last = { phase: progress.phase, at: now };
    report(progress);
  };
}
