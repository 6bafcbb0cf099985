import { describe, expect, it } from "vitest";
import { changeCount, EMPTY_DRAFT, patchOf, put, remove, reset, rows, tooMany } from "./env-draft";

const STORED = ["API_URL", "TOKEN"];

describe("a draft of the environment", () => {
  it("sends only what was changed", () => {
    const draft = remove(put(EMPTY_DRAFT, "TOKEN", "new"), "API_URL", STORED);
    expect(patchOf(draft)).toEqual({ TOKEN: "new", API_URL: null });
    expect(changeCount(draft)).toBe(2);
  });

  it("shows stored and new names together, by name", () => {
    const draft = remove(put(put(EMPTY_DRAFT, "TOKEN", "x"), "MODE", "y"), "API_URL", STORED);
    expect(rows(draft, STORED)).toEqual([
      { key: "API_URL", state: "removed" },
      { key: "MODE", state: "added" },
      { key: "TOKEN", state: "changed" },
    ]);
  });

  it("forgets a new name that is removed again, and sends nothing for it", () => {
    expect(patchOf(remove(put(EMPTY_DRAFT, "MODE", "y"), "MODE", STORED))).toEqual({});
  });

  it("removes a stored name once, however often it is asked to", () => {
    const draft = remove(remove(EMPTY_DRAFT, "TOKEN", STORED), "TOKEN", STORED);
    expect(draft.removed).toEqual(["TOKEN"]);
  });

  it("sets a name again that was to be removed", () => {
    const draft = put(remove(EMPTY_DRAFT, "TOKEN", STORED), "TOKEN", "again");
    expect(patchOf(draft)).toEqual({ TOKEN: "again" });
  });

  it("takes a change back", () => {
    expect(reset(put(EMPTY_DRAFT, "TOKEN", "x"), "TOKEN")).toEqual(EMPTY_DRAFT);
    expect(reset(remove(EMPTY_DRAFT, "TOKEN", STORED), "TOKEN")).toEqual(EMPTY_DRAFT);
  });

  it("knows names that every object has", () => {
    expect(rows(put(EMPTY_DRAFT, "constructor", "x"), [])).toEqual([{ key: "constructor", state: "added" }]);
    expect(rows(EMPTY_DRAFT, ["toString"])).toEqual([{ key: "toString", state: "kept" }]);
  });

  it("counts what is left, not what is removed, against the platform's maximum", () => {
    const stored = Array.from({ length: 200 }, (_, index) => `KEY_${index}`);
    expect(tooMany(put(EMPTY_DRAFT, "ONE_MORE", "x"), stored)).toBe(true);
    expect(tooMany(put(remove(EMPTY_DRAFT, "KEY_1", stored), "ONE_MORE", "x"), stored)).toBe(false);
  });
});
