import { describe, expect, it } from "vitest";
import { chosen, contains, hashOf, parseHash } from "./line-link";

describe("a line's link", () => {
  it("names a line or a range, whichever end comes first", () => {
    expect(parseHash("#L123")).toEqual({ first: 123, last: 123 });
    expect(parseHash("#L20-L10")).toEqual({ first: 10, last: 20 });
    expect(hashOf({ first: 123, last: 123 })).toBe("#L123");
    expect(hashOf({ first: 10, last: 20 })).toBe("#L10-L20");
  });

  it.each(["", "#", "#top", "#L", "#L1-2", "#L1x", `#L${"9".repeat(40)}`])("takes %j for no line", (hash) => {
    expect(parseHash(hash)).toBeNull();
  });

  it("is extended with Shift", () => {
    const one = chosen(null, 5, true);
    expect(one).toEqual({ first: 5, last: 5 });
    expect(chosen(one, 2, true)).toEqual({ first: 2, last: 5 });
    expect(chosen(one, 9, false)).toEqual({ first: 9, last: 9 });
    expect([contains(one, 5), contains(one, 6), contains(null, 1)]).toEqual([true, false, false]);
  });
});
