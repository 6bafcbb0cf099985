import { describe, expect, it } from "vitest";
import { type Follow, scrolled } from "./follow";

const FOLLOWING: Follow = { following: true, top: 800, height: 1000 };

describe("scrolled", () => {
  it("stops following when one scrolls up", () => {
    expect(scrolled(FOLLOWING, { top: 700, height: 1000, viewport: 200 })).toEqual({
      following: false,
      top: 700,
      height: 1000,
    });
  });

  it("goes on following while the log grows underneath", () => {
    expect(scrolled(FOLLOWING, { top: 800, height: 1500, viewport: 200 }).following).toBe(true);
  });

  it("goes on following when rows turn out to be lower than was thought", () => {
    expect(scrolled(FOLLOWING, { top: 600, height: 900, viewport: 200 }).following).toBe(true);
  });

  it("stops following when one scrolls up while the log grows", () => {
    expect(scrolled(FOLLOWING, { top: 750, height: 1040, viewport: 200 }).following).toBe(false);
  });

  it("does not resume by scrolling down a bit", () => {
    const stopped = { following: false, top: 100, height: 1000 };
    expect(scrolled(stopped, { top: 400, height: 1000, viewport: 200 }).following).toBe(false);
  });

  it("resumes at the end", () => {
    const stopped = { following: false, top: 100, height: 1000 };
    expect(scrolled(stopped, { top: 799, height: 1000, viewport: 200 })).toEqual({
      following: true,
      top: 799,
      height: 1000,
    });
  });

  it("follows a log that is shorter than its view", () => {
    expect(scrolled({ following: true, top: 0, height: 0 }, { top: 0, height: 100, viewport: 200 }).following).toBe(
      true,
    );
  });
});
