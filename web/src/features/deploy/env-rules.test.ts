import { describe, expect, it } from "vitest";
import { type EnvRow, environmentOf, envProblem, merged, rowProblem } from "./env-rules";

const row = (id: number, key: string, value = "x"): EnvRow => ({ id, key, value });

describe("environment variables", () => {
  it.each(["1A", "A-B", "PORT", "", "Ä", "A".repeat(129)])("%j is no name", (key) => {
    expect(rowProblem(row(0, key), [])).not.toBeNull();
  });

  it("an empty row is no variable and no mistake", () => {
    const rows = [row(0, "A"), row(1, "", "")];
    expect(envProblem(rows)).toBeNull();
    expect(environmentOf(rows)).toEqual({ A: "x" });
  });

  it("a name that comes twice is shown where it comes first", () => {
    const rows = [row(0, "A"), row(1, "A")];
    expect(rows.map((each) => rowProblem(each, rows) !== null)).toEqual([true, false]);
  });

  it("what is too large or too many is refused before it is sent", () => {
    expect(rowProblem(row(0, "A", "ä".repeat(16_385)), [])).not.toBeNull();
    expect(envProblem(Array.from({ length: 201 }, (_, id) => row(id, `A${id}`)))).toContain("200");
    expect(envProblem(Array.from({ length: 40 }, (_, id) => row(id, `A${id}`, "x".repeat(30_000))))).toContain("1 MB");
  });

  it("pasted values take the place of those with the same name", () => {
    const rows = merged(
      [row(3, "A", "old"), row(4, "", "")],
      [
        { key: "B", value: "2" },
        { key: "A", value: "new" },
      ],
    );
    expect(rows).toEqual([row(3, "A", "new"), row(5, "B", "2")]);
  });
});
