import { useSyncExternalStore } from "react";
import type { TimeDisplay } from "./times";

/** How somebody likes to read logs: kept in this browser, the same for every log. */
export interface Preferences {
  readonly wrap: boolean;
  readonly time: TimeDisplay;
}

const KEY = "zipp.log";
const DEFAULTS: Preferences = { wrap: true, time: "none" };
const listeners = new Set<() => void>();
let current: Preferences | null = null;

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, read, () => DEFAULTS);
}

export function setPreferences(changes: Partial<Preferences>): void {
  current = { ...read(), ...changes };
  try {
    window.localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage is full or not allowed: it holds until the page is left.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): Preferences {
  current ??= stored();
  return current;
}

function stored(): Preferences {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "{}");
    const { wrap, time } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
    return {
      wrap: typeof wrap === "boolean" ? wrap : DEFAULTS.wrap,
      time: time === "start" || time === "clock" ? time : DEFAULTS.time,
    };
  } catch {
    return DEFAULTS;
  }
}
