import { describe, expect, it } from "vitest";
import type { Deployment, Site } from "@/lib/api";
import { byActivity, matching } from "./site-list";

function deployed(url: string, createdAt: string): Deployment {
  const source: Deployment["source"] = { kind: "git", url, ref: "main", commit: null, subdirectory: null };
  return { source, created_at: createdAt } as Deployment;
}

function site(name: string, rest: Partial<Site> = {}): Site {
  const created = { created_at: "2025-01-01T00:00:00Z", domains: [], framework: null, latest: null };
  return { ...created, status: "live", name, ...rest } as Site;
}

const names = (sites: Site[]) => sites.map((each) => each.name);

describe("byActivity", () => {
  it("puts what was deployed last first, and sites without a deployment by when they were made", () => {
    const old = site("old", { latest: deployed("https://h/a/b", "2025-01-02T00:00:00Z") });
    const fresh = site("fresh", { latest: deployed("https://h/a/b", "2025-01-04T00:00:00Z") });
    const empty = site("empty", { created_at: "2025-01-03T00:00:00Z" });
    expect(names(byActivity([old, empty, fresh]))).toEqual(["fresh", "empty", "old"]);
  });

  it("leaves the list that it is given as it is", () => {
    const sites = [site("b"), site("a")];
    byActivity(sites);
    expect(names(sites)).toEqual(["b", "a"]);
  });
});

describe("matching", () => {
  const sites = [
    site("shop", { domains: ["www.store.example"], framework: "nextjs" }),
    site("blog", { status: "failed", latest: deployed("https://h/me/notes", "2025-01-01T00:00:00Z") }),
  ];

  it.each([
    ["SHOP", ["shop"]],
    ["store", ["shop"]],
    ["nextjs", ["shop"]],
    ["failed", ["blog"]],
    ["me/notes", ["blog"]],
    ["failed main", ["blog"]],
    ["failed shop", []],
    ["  ", ["shop", "blog"]],
    ["(", []],
  ])("finds %j", (text, found) => {
    expect(names(matching(sites, text))).toEqual(found);
  });
});
