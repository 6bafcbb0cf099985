export type StreamStatus = "connecting" | "open" | "offline";

/** The part of the browser's EventSource that is used. */
export interface Source {
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export type StreamOptions = {
  events: readonly string[];
  onEvent: (type: string, data: string) => void;
  /** Asked once the stream was refused: whether trying again has sense (the session may have ended). */
  mayRetry: () => Promise<boolean>;
  open?: (url: string) => Source;
};

const CLOSED = 2; // EventSource.CLOSED
const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;

/**
 * One EventSource that stays open. The browser itself reconnects after a cut (with Last-Event-ID); it gives up after
 * any answer that is not a stream, so then this class asks whether there is still a session and tries again, later
 * and later.
 */
export class EventStream {
  readonly #options: StreamOptions;
  #source: Source | null = null;
  #url = "";
  #status: StreamStatus = "connecting";
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #listeners = new Set<() => void>();

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get status(): StreamStatus {
    return this.#status;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connect to `url`, instead of what there was. */
  open(url: string): void {
    this.#url = url;
    this.#drop();
    const source = this.#options.open?.(url) ?? new EventSource(url);
    this.#source = source;
    this.#set("connecting");
    source.onopen = () => {
      this.#failures = 0;
      this.#set("open");
    };
    source.onerror = () => this.#failed(source);
    for (const type of this.#options.events) {
      source.addEventListener(type, (event) => {
        if (this.#source === source) this.#options.onEvent(type, event.data);
      });
    }
  }

  /** Now, not after the rest of a wait. */
  reopen(url: string = this.#url): void {
    if (url === "") return;
    this.#failures = 0;
    this.open(url);
  }

  close(): void {
    this.#url = "";
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #failed(source: Source): void {
    if (this.#source !== source) return;
    this.#set("offline");
    if (source.readyState === CLOSED) void this.#retryLater(source);
  }

  async #retryLater(source: Source): Promise<void> {
    const may = await this.#options.mayRetry();
    if (this.#source !== source || !may) return;
    const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.open(this.#url), wait);
  }

  #set(status: StreamStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}
