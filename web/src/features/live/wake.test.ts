import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onWake } from "./wake";

let hidden = false;
const woke = vi.fn();
let stop: () => void;

function turn(isHidden: boolean) {
  hidden = isHidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  hidden = false;
  woke.mockReset();
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  stop = onWake(woke);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

test("hours of a page that is looked at are no reason", () => {
  vi.advanceTimersByTime(3 * 3_600_000);
  expect(woke).not.toHaveBeenCalled();
});

test("a machine that slept missed its beats", () => {
  vi.advanceTimersByTime(20_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(10_000);
  expect(woke).toHaveBeenCalledTimes(1);
});

test("a tab that was hidden for long wakes when it is shown, not before", () => {
  turn(true);
  vi.advanceTimersByTime(3_600_000);
  expect(woke).not.toHaveBeenCalled();
  turn(false);
  expect(woke).toHaveBeenCalledTimes(1);
});

test("changing tabs for a moment is no reason", () => {
  turn(true);
  vi.advanceTimersByTime(30_000);
  turn(false);
  vi.advanceTimersByTime(60_000);
  expect(woke).not.toHaveBeenCalled();
});

test("the network that came back is one, until it is stopped", () => {
  window.dispatchEvent(new Event("online"));
  expect(woke).toHaveBeenCalledTimes(1);
  stop();
  window.dispatchEvent(new Event("online"));
  expect(woke).toHaveBeenCalledTimes(1);
});
