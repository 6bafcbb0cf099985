"use client";

import { useEffect, useRef, useState } from "react";
import { type Problem, problemOf } from "@/lib/problem";
import { type Dropped, type FileSource, sourceOf } from "./source";

type Reading = {
  /** How many files have been found so far; null when nothing is being read. */
  found: number | null;
  problem: Problem | null;
  read: (dropped: Dropped) => void;
  /** Says why something was refused; null: that is over. */
  tell: (problem: Problem | null) => void;
  cancel: () => void;
};

/** Reads what was dropped or chosen; a second drop takes the place of the first. */
export function useSource(onRead: (source: FileSource) => void): Reading {
  const [found, setFound] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const cancel = () => {
    running.current?.abort();
    running.current = null;
    setFound(null);
  };
  const read = async (dropped: Dropped) => {
    cancel();
    const control = new AbortController();
    running.current = control;
    setProblem(null);
    setFound(0);
    try {
      const source = await sourceOf(dropped, { signal: control.signal, onProgress: setFound });
      if (!control.signal.aborted) onRead(source);
    } catch (error) {
      if (!control.signal.aborted) setProblem(problemOf(error));
    } finally {
      if (running.current === control) cancel();
    }
  };
  return { found, problem, read: (dropped) => void read(dropped), tell: setProblem, cancel };
}
