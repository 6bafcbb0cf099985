"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useSession } from "@/features/session/session";
import { type Deployment, type LogLine, me, problemOf, type Site } from "@/lib/api";
import { applyDeployment, applyDeploymentDeleted, applyReady, applySite, applySiteDeleted } from "./cache";
import { EventStream, type StreamStatus } from "./event-stream";
import { LogBuffer, type LogStore } from "./log-store";
import type { Polling } from "./polling";
import { onWake } from "./wake";

export type { LogStore } from "./log-store";

type EventType = "ready" | "deployment" | "deployment_deleted" | "site" | "site_deleted" | "log" | "log_end";
type Receiver = (client: QueryClient, data: unknown, log: LogBuffer | undefined) => void;

const RECEIVERS: Record<EventType, Receiver> = {
  ready: (client) => applyReady(client),
  deployment: (client, data) => applyDeployment(client, data as Deployment),
  deployment_deleted: (client, data) => applyDeploymentDeleted(client, data as { id: string; site: string }),
  site: (client, data) => applySite(client, data as Site),
  site_deleted: (client, data) => applySiteDeleted(client, data as { name: string }),
  log: (_, data, log) => log?.append(data as LogLine),
  log_end: (_, __, log) => log?.end(),
};

// A page's log viewer comes a moment after the page: the stream is opened once, with its log.
const SETTLE = 200;
const LINGER = 500;
// So long a stream may be silent from its beginning on: the platform greets at once.
const SILENCE = 10_000;

type Watched = { deploymentId: string; stage: string | undefined; buffer: LogBuffer };

/** The tab's one stream: events of the platform, and the log that is being looked at. */
class Live {
  readonly stream: EventStream;
  readonly #client: QueryClient;
  #watched: Watched | null = null;
  #planned: ReturnType<typeof setTimeout> | undefined;
  #silent: ReturnType<typeof setTimeout> | undefined;
  #started = false;
  #polling: typeof Polling | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
    this.stream = new EventStream({
      events: Object.keys(RECEIVERS),
      onEvent: (type, data) => this.#receive(type as EventType, data),
      mayRetry: hasSession,
      open: (url) => (this.#polling === null ? new EventSource(url) : new this.#polling(url)),
    });
  }

  start(): () => void {
    this.#started = true;
    this.#planned = setTimeout(() => this.restart(), SETTLE);
    const stop = onWake(() => this.restart());
    return () => {
      stop();
      this.#started = false;
      clearTimeout(this.#planned);
      clearTimeout(this.#silent);
      this.stream.close();
    };
  }

  /** A log's viewer is mounted before its provider begins: then there is nothing yet to begin again. */
  restart(): void {
    if (!this.#started) return;
    clearTimeout(this.#planned);
    clearTimeout(this.#silent);
    this.stream.reopen(this.#url());
    if (this.#polling === null) this.#silent = setTimeout(() => this.#judgeSilence(), SILENCE);
  }

  /** Answers come, but no stream: something on the way holds it back, and will go on doing so. */
  async #judgeSilence(): Promise<void> {
    const isSilent = () => this.#started && this.stream.status === "connecting";
    if (!isSilent() || !(await answers())) return;
    const loaded = await import("./polling").catch(() => null);
    if (loaded === null || !isSilent()) return;
    this.#polling = loaded.Polling;
    this.restart();
  }

  /** Lines of `watched` come until the function that this gives back is called. */
  watch(watched: Watched): () => void {
    this.#watched = watched;
    this.restart();
    return () => {
      if (this.#watched !== watched) return;
      this.#watched = null;
      // From one log to the next it is opened once; a log that has ended sends nothing more anyway.
      if (!watched.buffer.ended) this.#planned = setTimeout(() => this.restart(), LINGER);
    };
  }

  #url(): string {
    if (this.#watched === null) return "/api/events";
    const { deploymentId, stage, buffer } = this.#watched;
    const query = new URLSearchParams({ logs: deploymentId, ...(stage ? { stage } : {}), after: String(buffer.after) });
    return `/api/events?${query}`;
  }

  #receive(type: EventType, data: string): void {
    RECEIVERS[type](this.#client, JSON.parse(data), this.#watched?.buffer);
  }
}

async function answers(): Promise<boolean> {
  return me().then(
    () => true,
    () => false,
  );
}

/** Asking also tells the session's provider of a 401. */
async function hasSession(): Promise<boolean> {
  try {
    await me();
    return true;
  } catch (error) {
    return problemOf(error).status !== 401;
  }
}

const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { generation } = useSession();
  const [live] = useState(() => new Live(client));
  useEffect(() => live.start(), [live]);
  useEffect(() => {
    if (generation > 0) live.restart();
  }, [live, generation]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("there is no LiveProvider here");
  return live;
}

export function useLiveStatus(): StreamStatus {
  const { stream } = useLive();
  return useSyncExternalStore(
    stream.subscribe,
    () => stream.status,
    () => "connecting",
  );
}

/** A deployment's log from its first line on, followed while it is mounted; one at a time in a tab. */
export function useLog(deploymentId: string, stage?: string): LogStore {
  const live = useLive();
  const watched = useMemo<Watched>(() => ({ deploymentId, stage, buffer: new LogBuffer() }), [deploymentId, stage]);
  useEffect(() => live.watch(watched), [live, watched]);
  return useSyncExternalStore(watched.buffer.subscribe, watched.buffer.read, watched.buffer.read);
}
