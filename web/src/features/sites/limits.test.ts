import { describe, expect, it } from "vitest";
import { formOf, limitsErrors, limitsOf, mostOf, sameLimits } from "./limits";

const PLATFORM = { memory_bytes: 512 * 1024 ** 2, cpus: 1, pids: 256 };

describe("a site's limits", () => {
  it("go through the form unchanged", () => {
    expect(limitsOf(formOf(PLATFORM))).toEqual(PLATFORM);
  });

  it("take a comma as people of many countries type it", () => {
    expect(limitsOf({ memory: "64", cpus: "0,5", pids: "32" }).cpus).toBe(0.5);
  });

  it("are held to the platform's maximum, and a member is told which", () => {
    expect(limitsErrors({ memory: "513", cpus: "1", pids: "256" }, PLATFORM)).toEqual({ memory: "At most 512 MB." });
  });

  it("let an admin give more", () => {
    expect(limitsErrors({ memory: "4096", cpus: "8", pids: "1000" }, null)).toEqual({});
  });

  it.each(["", "x", "-1", "1e3", "Infinity", "0x10"])("refuse %j as a number", (memory) => {
    expect(limitsErrors({ memory, cpus: "1", pids: "8" }, null).memory).toBeDefined();
  });

  it("want whole processes", () => {
    expect(limitsErrors({ memory: "64", cpus: "1", pids: "8.5" }, null).pids).toBe("Give a whole number.");
  });

  it("keep what an admin gave a site above the platform's own", () => {
    const site = { ...PLATFORM, cpus: 4 };
    expect(mostOf(PLATFORM, site)).toEqual(site);
    expect(sameLimits(site, PLATFORM)).toBe(false);
  });
});
