import { getDeployment, me, readLogs } from "@/lib/api";
import type { Source } from "./event-stream";

type Log = { readonly deploymentId: string; readonly stage: string | undefined; after: number };

const READY_EVERY = 6_000;
const LINES_EVERY = 2_000;
const PAGE_LINES = 1_000;
const CONNECTING = 0; // as EventSource numbers them
const OPEN = 1;
const CLOSED = 2;

/**
 * Asks again and again where no stream gets through (Firebase Hosting holds an answer back until it has ended), and
 * tells what an EventSource would, later. `ready` makes the page ask for all that it shows; a hidden page waits.
 */
export class Polling implements Source {
  readyState = CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();
  #log: Log | null;
  #readyAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#log = logOf(url);
    void this.#ask();
  }

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.readyState = CLOSED;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    try {
      if (!document.hidden) await this.#round();
    } catch {
      if (this.#isClosed) return;
      this.readyState = CLOSED;
      this.onerror?.(new Event("error"));
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#ask(), this.#log === null ? READY_EVERY : LINES_EVERY);
  }

  async #round(): Promise<void> {
    if (Date.now() - this.#readyAt >= READY_EVERY) {
      await me(); // also tells whether there is still a session
      if (this.#isClosed) return;
      this.#readyAt = Date.now();
      if (this.readyState === CONNECTING) {
        this.readyState = OPEN;
        this.onopen?.(new Event("open"));
      }
      this.#tell("ready", {});
    }
    if (this.#log !== null) await this.#readLines(this.#log);
  }

  async #readLines(log: Log): Promise<void> {
    const { deploymentId: deployment_id, stage } = log;
    // Read before the lines: whatever was written up to this state is then among them.
    const { status } = await getDeployment({ path: { deployment_id } });
    for (let more = true; more && !this.#isClosed; ) {
      const query = { after: log.after, limit: PAGE_LINES, ...(stage === undefined ? {} : { stage }) };
      const page = await readLogs({ path: { deployment_id }, query });
      for (const line of page.lines) this.#tell("log", line);
      log.after = page.next;
      more = page.lines.length === PAGE_LINES;
    }
    if (status !== "FAILED" && status !== "STOPPED") return;
    this.#log = null;
    this.#tell("log_end", {});
  }

  #tell(type: string, data: unknown): void {
    if (!this.#isClosed) this.#listeners.get(type)?.(new MessageEvent(type, { data: JSON.stringify(data) }));
  }

  get #isClosed(): boolean {
    return this.readyState === CLOSED;
  }
}

/** The log that the stream at `url` would bring. */
function logOf(url: string): Log | null {
  const query = new URL(url, window.location.origin).searchParams;
  const deploymentId = query.get("logs");
  if (deploymentId === null) return null;
  return { deploymentId, stage: query.get("stage") ?? undefined, after: Number(query.get("after") ?? 0) };
}
