import { describe, expect, it } from "vitest";
import { Rows } from "./rows";
import { MOST_MATCHES, moved, patternOf, rangesIn, Search } from "./search";
import { line } from "./test-lines";

function search(rows: Rows, query: string): Search {
  const pattern = patternOf(query);
  if (!pattern) throw new Error("nothing to look for");
  return new Search(rows, pattern);
}

describe("rangesIn", () => {
  it("finds a literal, whatever its case", () => {
    expect(rangesIn("Error: an error (1+1)", patternOf("error"))).toEqual([
      [0, 5],
      [10, 15],
    ]);
    expect(rangesIn("Error: an error (1+1)", patternOf("(1+1)"))).toEqual([[16, 21]]);
    expect(rangesIn("anything", patternOf(""))).toEqual([]);
  });
});

describe("Search", () => {
  it("finds in the text as it is shown, across colours, and not in headings", () => {
    const rows = new Rows();
    rows.take([line(1, "build", "no"), line(2, "build", "fa\u001b[31mil\u001b[0med, failed")]);
    const found = search(rows, "failed");
    found.advance();
    expect(found.matches).toEqual([
      { row: 2, nth: 0 },
      { row: 2, nth: 1 },
    ]);
    expect(search(rows, "build").matches).toEqual([]);
  });

  it("goes bit by bit, and on when the log grows", () => {
    const lines = [line(1), line(2)];
    const rows = new Rows();
    rows.take(lines);
    const found = search(rows, "line");
    found.advance(2);
    expect([found.matches.length, found.isDone]).toEqual([1, false]);
    found.advance();
    lines.push(line(3));
    rows.take(lines);
    expect(found.isDone).toBe(false);
    found.advance();
    expect(found.matches.map(({ row }) => row)).toEqual([1, 2, 3]);
  });

  it("counts no more than it must", () => {
    const rows = new Rows();
    rows.take([line(1, "build", "a".repeat(MOST_MATCHES * 2))]);
    const found = search(rows, "a");
    found.advance();
    expect([found.matches.length, found.isFull, found.isDone]).toEqual([MOST_MATCHES, true, true]);
  });

  it("begins at the row that one sees, and goes round", () => {
    const rows = new Rows();
    rows.take([line(1), line(2), line(3)]);
    const found = search(rows, "line");
    found.advance();
    expect(found.placeFrom(2)).toBe(1);
    expect(found.placeFrom(99)).toBe(-1);
    expect([moved(2, 1, 3), moved(0, -1, 3), moved(0, 1, 0)]).toEqual([0, 2, 0]);
  });
});
