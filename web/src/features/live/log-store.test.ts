import { describe, expect, test, vi } from "vitest";
import type { LogLine } from "@/lib/api";
import { LogBuffer } from "./log-store";

const line = (seq: number): LogLine => ({
  seq,
  time: "2026-01-01T00:00:00Z",
  stage: "build",
  stream: "stdout",
  text: `line ${seq}`,
});

function manual() {
  const frames: (() => void)[] = [];
  const buffer = new LogBuffer((run) => frames.push(run));
  const frame = () => {
    for (const run of frames.splice(0)) run();
  };
  return { buffer, frame, frames };
}

describe("LogBuffer", () => {
  test("lines of one frame are told once", () => {
    const { buffer, frame, frames } = manual();
    const told = vi.fn();
    buffer.subscribe(told);
    for (let seq = 1; seq <= 1_000; seq++) buffer.append(line(seq));
    expect(frames).toHaveLength(1);
    expect(buffer.read().lines).toHaveLength(0);
    frame();
    expect(told).toHaveBeenCalledTimes(1);
    expect(buffer.read()).toMatchObject({ ended: false, version: 1 });
    expect(buffer.read().lines).toHaveLength(1_000);
  });

  test("lines that a resumed stream repeats are left out, gaps are not an error", () => {
    const { buffer, frame } = manual();
    for (const seq of [1, 2, 2, 1, 5, 4, 6]) buffer.append(line(seq));
    frame();
    expect(buffer.read().lines.map((each) => each.seq)).toEqual([1, 2, 5, 6]);
    expect(buffer.after).toBe(6);
  });

  test("the snapshot stays the same between frames, as React asks", () => {
    const { buffer, frame } = manual();
    buffer.append(line(1));
    frame();
    const before = buffer.read();
    buffer.append(line(2));
    expect(buffer.read()).toBe(before);
    frame();
    expect(buffer.read()).not.toBe(before);
    expect(buffer.read().version).toBe(2);
  });

  test("the end comes with the lines before it; a line after it takes it back", () => {
    const { buffer, frame } = manual();
    buffer.append(line(1));
    buffer.end();
    frame();
    expect(buffer.read()).toMatchObject({ ended: true, version: 1 });
    buffer.append(line(2)); // redeployed or rolled back to: it runs again
    frame();
    expect(buffer.read().ended).toBe(false);
  });

  test("who has left is not told", () => {
    const { buffer, frame } = manual();
    const told = vi.fn();
    buffer.subscribe(told)();
    buffer.append(line(1));
    frame();
    expect(told).not.toHaveBeenCalled();
  });
});
