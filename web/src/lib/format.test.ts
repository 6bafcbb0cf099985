import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatRelative,
  frameworkName,
  plural,
  withoutScheme,
} from "./format";

describe("formatBytes", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 kB"],
    [1536, "1.5 kB"],
    [150 * 1024 + 700, "151 kB"],
    [512 * 1024 ** 2, "512 MB"],
    [1.75 * 1024 ** 3, "1.8 GB"],
    [5000 * 1024 ** 4, "5000 TB"],
    [-5, "0 B"],
  ])("%d is %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("formatDuration", () => {
  test.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [9_949, "9.9 s"],
    [9_950, "10 s"],
    [59_499, "59 s"],
    [59_500, "1 min"],
    [84_000, "1 min 24 s"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [90_000_000, "1 d 1 h"],
    [-40, "0 ms"],
  ])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("formatRelative", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  test.each([
    ["2026-03-10T11:59:30Z", "just now"],
    ["2026-03-10T12:00:20Z", "just now"],
    ["2026-03-10T11:59:10Z", "1 min ago"],
    ["2026-03-10T11:55:00Z", "5 min ago"],
    ["2026-03-10T09:01:00Z", "2 h ago"],
    ["2026-03-07T11:00:00Z", "3 d ago"],
    ["2026-01-01T00:00:00Z", "2 mo ago"],
    ["2023-01-01T00:00:00Z", "3 y ago"],
    ["2026-03-10T14:00:00Z", "in 2 h"],
    ["not a time", ""],
  ])("%s is %s", (time, text) => expect(formatRelative(time, now)).toBe(text));
});

test("counts have separators, and a short form", () => {
  expect(formatCount(1234567)).toBe("1,234,567");
  expect(formatCompact(12345)).toBe("12.3K");
  expect([plural(1, "site"), plural(0, "site"), plural(2, "address", "addresses")]).toEqual([
    "1 site",
    "0 sites",
    "2 addresses",
  ]);
});

test("an address is shown without its scheme and last slash", () => {
  expect(withoutScheme("http://blog.zipp.localhost:8080/")).toBe("blog.zipp.localhost:8080");
  expect(withoutScheme("https://a.example/b/")).toBe("a.example/b");
});

test("a framework's name is written as its makers do", () => {
  expect(frameworkName("nextjs")).toBe("Next.js");
  expect(frameworkName("flask")).toBe("Flask");
  expect(frameworkName(null)).toBe("");
});
