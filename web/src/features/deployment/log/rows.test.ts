import { describe, expect, it } from "vitest";
import { EVERYTHING, Rows } from "./rows";
import { line } from "./test-lines";

const shown = (rows: Rows) => Array.from({ length: rows.count }, (_, at) => rows.keyOf(at));

describe("Rows", () => {
  it("puts a heading wherever another stage begins", () => {
    const rows = new Rows();
    rows.take([line(1, "fetch"), line(2, "fetch"), line(3, "build")]);
    expect(shown(rows)).toEqual([-1, 1, 2, -3, 3]);
    expect(rows.at(3)).toMatchObject({ kind: "heading", line: { stage: "build" } });
  });

  it("takes in what comes later, also to an array that grows in place", () => {
    const lines = [line(1)];
    const rows = new Rows();
    rows.take(lines);
    lines.push(line(2), line(3, "start"));
    expect(rows.take(lines)).toBe(true);
    expect(shown(rows)).toEqual([-1, 1, 2, -3, 3]);
    expect(rows.stages).toEqual(["build", "start"]);
  });

  it("refuses other lines than before", () => {
    const rows = new Rows();
    rows.take([line(5), line(6)]);
    expect(rows.take([line(4), line(5), line(6)])).toBe(false);
    expect(rows.take([])).toBe(false);
  });

  it("leaves out what the filter hides, and headings of what is hidden", () => {
    const rows = new Rows({ hiddenStages: new Set(["fetch"]), hiddenStreams: new Set(["stderr"]) });
    rows.take([line(1, "fetch"), line(2, "build", "x", "stderr"), line(3, "build")]);
    expect(shown(rows)).toEqual([-3, 3]);
    expect(rows.stages).toEqual(["fetch", "build"]);
  });

  it("finds a line by its number, or the next one that is shown", () => {
    const rows = new Rows({ ...EVERYTHING, hiddenStreams: new Set(["stderr"]) });
    rows.take([line(1, "fetch"), line(2, "build", "x", "stderr"), line(3, "build"), line(7, "build")]);
    const keys = shown(rows);
    expect(keys[rows.indexOf(1)]).toBe(1);
    expect(keys[rows.indexOf(2)]).toBe(3);
    expect(keys[rows.indexOf(5)]).toBe(7);
    expect(rows.indexOf(8)).toBe(-1);
  });
});
