import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EventStream, type Source } from "./event-stream";

class FakeSource implements Source {
  static made: FakeSource[] = [];
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  listeners = new Map<string, (event: MessageEvent<string>) => void>();
  closed = false;

  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }
  /** The browser reconnects by itself. */
  isCut() {
    this.readyState = 0;
    this.onerror?.(new Event("error"));
  }
  /** The browser has given up. */
  isRefused() {
    this.readyState = 2;
    this.onerror?.(new Event("error"));
  }
  sends(type: string, data: string) {
    this.listeners.get(type)?.(new MessageEvent(type, { data }));
  }
}

const last = () => FakeSource.made.at(-1) as FakeSource;
const received: string[] = [];
let mayRetry: () => Promise<boolean>;

function stream() {
  return new EventStream({
    events: ["site"],
    onEvent: (type, data) => received.push(`${type} ${data}`),
    mayRetry: () => mayRetry(),
    open: (url) => new FakeSource(url),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5); // waits of exactly 1, 2, 4 ... s
  FakeSource.made = [];
  received.length = 0;
  mayRetry = async () => true;
});
afterEach(() => vi.useRealTimers());

describe("EventStream", () => {
  test("tells its status and its events", () => {
    const live = stream();
    const told: string[] = [];
    live.subscribe(() => told.push(live.status));
    live.open("/api/events");
    last().opens();
    last().sends("site", "{}");
    expect(told).toEqual(["open"]);
    expect(received).toEqual(["site {}"]);
  });

  test("a cut is left to the browser, which resumes with Last-Event-ID", async () => {
    const live = stream();
    live.open("/api/events");
    last().opens();
    last().isCut();
    expect(live.status).toBe("offline");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSource.made).toHaveLength(1);
    last().opens();
    expect(live.status).toBe("open");
  });

  test("after a refusal it tries again, later and later", async () => {
    const live = stream();
    live.open("/api/events");
    const waits: number[] = [];
    for (let count = 1; count <= 7; count++) {
      last().isRefused();
      let waited = 0;
      while (FakeSource.made.length === count) {
        await vi.advanceTimersByTimeAsync(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test("once it was open the waits begin again from the shortest", async () => {
    const live = stream();
    live.open("/api/events");
    for (let count = 0; count < 4; count++) {
      last().isRefused();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    last().opens();
    last().isRefused();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSource.made).toHaveLength(6);
  });

  test("with the session ended it waits to be opened again", async () => {
    mayRetry = async () => false;
    const live = stream();
    live.open("/api/events");
    last().isRefused();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(FakeSource.made).toHaveLength(1);
    expect(live.status).toBe("offline");
    live.reopen();
    last().opens();
    expect(live.status).toBe("open");
  });

  test("waking up does not wait, and does not open a second one", async () => {
    const live = stream();
    live.open("/api/events");
    last().isRefused();
    await vi.advanceTimersByTimeAsync(100);
    live.reopen();
    expect(FakeSource.made).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSource.made).toHaveLength(2);
    expect(FakeSource.made[0]?.closed).toBe(true);
  });

  test("another address replaces the stream; what the old one still says is not heard", async () => {
    const live = stream();
    live.open("/api/events");
    const old = last();
    live.open("/api/events?logs=1");
    old.sends("site", "late");
    old.isRefused();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(old.closed).toBe(true);
    expect(received).toEqual([]);
    expect(FakeSource.made.map((source) => source.url)).toEqual(["/api/events", "/api/events?logs=1"]);
  });

  test("a closed one stays closed", async () => {
    const live = stream();
    live.open("/api/events");
    last().isRefused();
    live.close();
    live.reopen();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSource.made).toHaveLength(1);
  });
});
