import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getDeployment, type LogLine, me, readLogs } from "@/lib/api";
import { Polling } from "./polling";

vi.mock("@/lib/api", () => ({ getDeployment: vi.fn(), me: vi.fn(), readLogs: vi.fn() }));

const LOG = "/api/events?logs=d1&after=2";
const told: string[] = [];
let written: number[];
let status: string;
let hidden: boolean;
let source: Polling;

function follow(url: string) {
  source = new Polling(url);
  source.onopen = () => told.push("open");
  source.onerror = () => told.push("error");
  for (const type of ["ready", "log", "log_end"]) {
    source.addEventListener(type, ({ data }) => told.push(type === "log" ? `log ${JSON.parse(data).seq}` : type));
  }
}
async function after(milliseconds: number): Promise<string[]> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  return told.splice(0);
}

beforeEach(() => {
  vi.clearAllMocks();
  vi.useFakeTimers();
  told.length = 0;
  written = [1, 2, 3, 4];
  status = "BUILDING";
  hidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  vi.mocked(me).mockResolvedValue({} as never);
  vi.mocked(getDeployment).mockImplementation(async () => ({ status }) as never);
  vi.mocked(readLogs).mockImplementation(async ({ query = {} }) => {
    const { after = 0, limit = 0 } = query;
    const lines = written.filter((seq) => seq > after).slice(0, limit);
    return { lines: lines.map((seq) => ({ seq }) as LogLine), next: lines.at(-1) ?? after } as never;
  });
});
afterEach(() => {
  source.close();
  vi.useRealTimers();
});

test("it opens with the first answer, and the page asks anew from time to time", async () => {
  follow("/api/events");
  expect(await after(0)).toEqual(["open", "ready"]);
  expect(source.readyState).toBe(1);
  expect(await after(5_999)).toEqual([]);
  expect(await after(1)).toEqual(["ready"]);
  expect(readLogs).not.toHaveBeenCalled();
});

test("a log is read on from where it was, sooner than the rest", async () => {
  follow(LOG);
  expect(await after(0)).toEqual(["open", "ready", "log 3", "log 4"]);
  written.push(5);
  expect(await after(2_000)).toEqual(["log 5"]);
  expect(await after(2_000)).toEqual([]);
});

test("a long log comes whole", async () => {
  written = Array.from({ length: 2_500 }, (_, index) => index + 1);
  follow("/api/events?logs=d1&stage=runtime");
  expect((await after(0)).slice(-2)).toEqual(["log 2499", "log 2500"]);
  expect(vi.mocked(readLogs).mock.calls.map(([{ query }]) => query)).toEqual(
    [0, 1_000, 2_000].map((start) => ({ after: start, limit: 1_000, stage: "runtime" })),
  );
});

test("a log ends after what was written up to the end, and is not asked for again", async () => {
  follow(LOG);
  await after(0);
  status = "FAILED";
  written.push(5);
  expect(await after(2_000)).toEqual(["log 5", "log_end"]);
  vi.mocked(readLogs).mockClear();
  await after(20_000);
  expect(readLogs).not.toHaveBeenCalled();
});

test("what goes wrong ends it: whoever opened it decides when to try again", async () => {
  follow(LOG);
  await after(0);
  vi.mocked(readLogs).mockRejectedValue(new Error("no"));
  expect(await after(2_000)).toEqual(["error"]);
  expect(source.readyState).toBe(2);
  expect(await after(60_000)).toEqual([]);
});

test("a page that nobody looks at asks for nothing", async () => {
  follow("/api/events");
  await after(0);
  hidden = true;
  expect(await after(60_000)).toEqual([]);
  hidden = false;
  expect(await after(6_000)).toEqual(["ready"]);
});

test("once closed it tells nothing, not even what was under way", async () => {
  let answer = () => {};
  vi.mocked(me).mockReturnValue(new Promise((resolve) => (answer = () => resolve({} as never))));
  follow(LOG);
  source.close();
  answer();
  expect(await after(60_000)).toEqual([]);
  expect(readLogs).not.toHaveBeenCalled();
});
