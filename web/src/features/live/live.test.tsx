import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { me } from "@/lib/api";
import { LiveProvider, useLiveStatus } from ".";

vi.mock("@/lib/api", () => ({
  getDeployment: vi.fn(),
  me: vi.fn(),
  readLogs: vi.fn(),
  problemOf: () => ({ status: 0 }),
}));
vi.mock("@/features/session/session", () => ({ useSession: () => ({ generation: 0 }) }));

let streams: SilentStream[];

class SilentStream {
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  addEventListener() {}
  close() {
    this.readyState = 2;
  }
  constructor() {
    streams.push(this);
  }
}

function Status() {
  return useLiveStatus();
}
function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LiveProvider>
        <Status />
      </LiveProvider>
    </QueryClientProvider>,
  );
}
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

beforeEach(() => {
  vi.clearAllMocks();
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", SilentStream);
  streams = [];
  vi.mocked(me).mockResolvedValue({} as never);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("where calls are answered and no stream gets through, it is asked instead", async () => {
  show();
  await pass(9_000);
  expect(screen.getByText("connecting")).toBeTruthy();
  await pass(2_000);
  await vi.dynamicImportSettled();
  await pass(0);
  expect(screen.getByText("open")).toBeTruthy();
  expect(streams.map((stream) => stream.readyState)).toEqual([2]);
  window.dispatchEvent(new Event("online"));
  await pass(0);
  expect(streams).toHaveLength(1);
  expect(screen.getByText("open")).toBeTruthy();
});

test("a platform that answers nothing is no reason: its stream may come yet", async () => {
  vi.mocked(me).mockRejectedValue(new Error("no"));
  show();
  await pass(60_000);
  expect(streams.map((stream) => stream.readyState)).toEqual([0]);
  expect(screen.getByText("connecting")).toBeTruthy();
});

test("a stream that opened is kept, however quiet it is", async () => {
  show();
  await pass(1_000);
  act(() => streams[0]?.onopen?.(new Event("open")));
  await pass(60_000);
  expect(screen.getByText("open")).toBeTruthy();
  expect(me).not.toHaveBeenCalled();
});
