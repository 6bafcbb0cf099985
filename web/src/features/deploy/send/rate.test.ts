import { describe, expect, it } from "vitest";
import { Rate } from "./rate";

describe("an upload's rate", () => {
  it("is not guessed from its first moments", () => {
    const rate = new Rate();
    rate.add(0, 0);
    rate.add(1_000_000, 500);
    expect(rate.bytesPerSecond).toBeNull();
    expect(rate.millisecondsLeft(2_000_000)).toBeNull();
  });

  it("tells how long the rest takes", () => {
    const rate = new Rate();
    for (let second = 0; second <= 4; second += 1) rate.add(second * 100, second * 1_000);
    expect(rate.bytesPerSecond).toBe(100);
    expect(rate.millisecondsLeft(1_000)).toBe(6_000);
  });

  it("forgets a slow beginning", () => {
    const rate = new Rate();
    for (let second = 0; second <= 60; second += 1) rate.add(second, second * 1_000);
    for (let second = 61; second <= 70; second += 1) rate.add(60 + (second - 60) * 1_000, second * 1_000);
    expect(rate.bytesPerSecond).toBeGreaterThan(990);
  });

  it("knows no time left while nothing moves", () => {
    const rate = new Rate();
    rate.add(100, 0);
    rate.add(100, 3_000);
    expect(rate.millisecondsLeft(1_000)).toBeNull();
  });
});
