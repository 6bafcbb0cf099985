import { describe, expect, it } from "vitest";
import { gridOf, HEADING_HEIGHT, heightOf, LINE_HEIGHT, needsMeasuring } from "./layout";
import { line } from "./test-lines";

const grid = { wrap: true, digits: 3, columns: 10 };
const row = (text: string) => ({ kind: "line", line: line(1, "build", text) }) as const;

describe("heightOf", () => {
  it.each([
    ["", 1],
    ["0123456789", 1],
    ["0123456789a", 2],
    ["\u001b[31m0123456789\u001b[0m", 1],
    ["x".repeat(1_000_000), 200],
  ])("counts the lines that a text takes", (text, lines) => {
    expect(heightOf(row(text), grid)).toBe(lines * LINE_HEIGHT);
  });

  it("is a line where nothing is wrapped, and a heading's for a heading", () => {
    expect(heightOf(row("x".repeat(99)), { ...grid, wrap: false })).toBe(LINE_HEIGHT);
    expect(heightOf({ kind: "heading", line: line(1) }, grid)).toBe(HEADING_HEIGHT);
  });
});

describe("needsMeasuring", () => {
  it("is for text that is not on the grid, and for long lines", () => {
    expect(needsMeasuring(row("plain \u001b[31mred"), grid, false)).toBe(false);
    expect(needsMeasuring(row("漢字"), grid, false)).toBe(true);
    expect(needsMeasuring(row("a\tb"), grid, false)).toBe(true);
    expect(needsMeasuring(row("a\tb"), { ...grid, wrap: false }, false)).toBe(false);
    expect(needsMeasuring(row("plain"), { ...grid, wrap: false }, true)).toBe(true);
  });
});

describe("gridOf", () => {
  it("gives the text what numbers, markers and times leave over", () => {
    const view = { width: 1029, character: 10 };
    expect(gridOf(view, true, false, 42)).toEqual({ wrap: true, digits: 3, columns: 92 });
    expect(gridOf(view, true, true, 123456).columns).toBe(76);
    expect(gridOf({ width: 0, character: 10 }, true, false, 1).columns).toBe(20);
  });
});
