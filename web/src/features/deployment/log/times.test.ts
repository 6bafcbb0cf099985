import { expect, it } from "vitest";
import { shownTime, sinceStart } from "./times";

it("counts from the start", () => {
  expect(sinceStart(83_456)).toBe("1:23.456");
  expect(sinceStart(3_723_004)).toBe("1:02:03.004");
  expect(sinceStart(-5)).toBe("0:00.000");
  expect(shownTime("2026-01-01T00:00:01.5Z", "2026-01-01T00:00:00Z", "start")).toBe("0:01.500");
});

it("shows no time where there is none", () => {
  expect(shownTime("2026-01-01T00:00:01.5Z", "2026-01-01T00:00:00Z", "none")).toBe("");
  expect(shownTime("soon", "2026-01-01T00:00:00Z", "clock")).toBe("");
});
