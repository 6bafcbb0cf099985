import type { ReactNode } from "react";

export type ToastKind = "success" | "error" | "info" | "warning";
export type ToastOptions = {
  /** A toast of the same id is replaced. */
  id?: string;
  description?: ReactNode;
  action?: { label: string; onClick: () => void };
  /** Milliseconds; with an action it stays longer, an error longest. */
  duration?: number;
};
export type Toast = ToastOptions & { id: string; kind: ToastKind; title: ReactNode; duration: number };

const AT_ONCE = 3;
const SHOWN_MS = 5_000;
const WITH_ACTION_MS = 10_000;

// An external store (useSyncExternalStore): anything may call toast(), in or out of React.
let shown: readonly Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  shown = next;
  for (const listener of listeners) listener();
}

function add(kind: ToastKind, title: ReactNode, options: ToastOptions = {}): string {
  count += 1;
  const id = options.id ?? `toast-${count}`;
  const patient = kind === "error" || options.action !== undefined;
  const duration = options.duration ?? (patient ? WITH_ACTION_MS : SHOWN_MS);
  set([...shown.filter((each) => each.id !== id), { ...options, id, kind, title, duration }].slice(-AT_ONCE));
  return id;
}

/** A short word at the corner, which goes away by itself: never the only place where something important stands. */
export const toast = {
  success: (title: ReactNode, options?: ToastOptions) => add("success", title, options),
  error: (title: ReactNode, options?: ToastOptions) => add("error", title, options),
  info: (title: ReactNode, options?: ToastOptions) => add("info", title, options),
  warning: (title: ReactNode, options?: ToastOptions) => add("warning", title, options),
  dismiss: (id?: string) => set(id === undefined ? [] : shown.filter((each) => each.id !== id)),
};

export const toasts = {
  read: () => shown,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
