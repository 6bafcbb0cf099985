import type { LogLine } from "@/lib/api";

/** `lines` is one array that grows; `version` counts its changes. `ended`: no line will follow. */
export type LogStore = { readonly lines: readonly LogLine[]; readonly ended: boolean; readonly version: number };

type Schedule = (run: () => void) => void;

/** A log's lines as they come, told to React at most once a frame: a build may print thousands a second. */
export class LogBuffer {
  #lines: LogLine[] = [];
  #waiting: LogLine[] = [];
  #last = 0;
  #ended = false;
  #scheduled = false;
  #snapshot: LogStore = { lines: this.#lines, ended: false, version: 0 };
  #listeners = new Set<() => void>();
  readonly #schedule: Schedule;

  constructor(schedule: Schedule = nextFrame) {
    this.#schedule = schedule;
  }

  /** The last line's number: the next connection begins after it. */
  get after(): number {
    return this.#last;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Lines that were there already (a stream that was resumed) are left out. */
  append(line: LogLine): void {
    if (line.seq <= this.#last) return;
    this.#last = line.seq;
    this.#ended = false;
    this.#waiting.push(line);
    this.#plan();
  }

  end(): void {
    this.#ended = true;
    this.#plan();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  read = (): LogStore => this.#snapshot;

  #plan(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#publish());
  }

  #publish(): void {
    this.#scheduled = false;
    for (const line of this.#waiting) this.#lines.push(line);
    this.#waiting = [];
    this.#snapshot = { lines: this.#lines, ended: this.#ended, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}

/** A hidden tab draws no frames. */
function nextFrame(run: () => void): void {
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
}
