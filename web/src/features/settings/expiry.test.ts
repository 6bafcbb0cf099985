import { describe, expect, it } from "vitest";
import { expiresIn, INVITE_EXPIRIES, isExpired, TOKEN_EXPIRIES } from "./expiry";

describe("expiresIn", () => {
  it("is in seconds", () => {
    expect(expiresIn(INVITE_EXPIRIES, "7")).toEqual({ expires_in: 604_800 });
  });

  it("is left out for a token that does not expire", () => {
    expect(expiresIn(TOKEN_EXPIRIES, "never")).toEqual({});
  });
});

describe("isExpired", () => {
  const noon = Date.parse("2025-01-01T12:00:00Z");

  it("counts the moment itself", () => {
    expect(isExpired("2025-01-01T12:00:00Z", noon)).toBe(true);
    expect(isExpired("2025-01-01T12:00:01Z", noon)).toBe(false);
  });

  it("never holds for what has no end", () => {
    expect(isExpired(null, noon)).toBe(false);
  });
});
