import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deriveSiteName, RESERVED, siteNameProblem } from "./site-name";

describe("site names", () => {
  // The same cases as in tests/unit/domain/test_names.py.
  it.each([
    ["My Site (1).zip", "my-site-1"],
    ["portfolio.ZIP", "portfolio"],
    ["C:\\Users\\anna\\shop.zip", "shop"],
    ["../../etc/passwd.zip", "passwd"],
    ["Ünïcödé Café.zip", "unicode-cafe"],
    [`${"x".repeat(60)}.zip`, "x".repeat(40)],
    [`${"a".repeat(39)}--b.zip`, "a".repeat(39)],
    ["api.zip", "api-site"],
    ["app.git.zip", "app-site"],
    ["日本.zip", "site"],
    ["...", "site"],
    ["", "site"],
    ["https://git.example/anna/Repo.git", "repo"],
    ["https://git.example/anna/repo.git/", "repo"],
    ["https://git.example/anna/my%20repo?x=/y.git#z", "my-repo"],
    ["https://git.example/100%/50%25", "50"],
    ["https://git.example/", "site"],
    ["https://git.example", "site"],
    ["https://[broken/anna/repo", "repo"],
    ["https://git.example:99999/repo", "repo"],
    ["git@git.example:anna/repo.git", "repo"],
    ["ssh://git@git.example:22/anna/repo.git", "repo"],
    ["my folder/.", "my-folder"],
  ])("%s is named %s", (origin, name) => {
    expect(deriveSiteName(origin)).toBe(name);
  });

  it("a derived name always keeps the rules", () => {
    for (const origin of ["-", "--a--", "_.zip", "é", "%", "%zz", ":", "a:b:c", "x".repeat(500), "A".repeat(40)]) {
      expect(siteNameProblem(deriveSiteName(origin))).toBeNull();
    }
  });

  it.each(["a", "0", "my-site", "a--b", "x".repeat(40)])("%s is accepted", (name) => {
    expect(siteNameProblem(name)).toBeNull();
  });

  it.each(["", "-a", "a-", "A", "a_b", "a.b", "a b", "ä", "x".repeat(41), "a\n", "a/b", "www"])(
    "%j is refused",
    (name) => {
      expect(siteNameProblem(name)).not.toBeNull();
    },
  );

  it("the reserved names are the platform's", () => {
    const python = readFileSync("../src/zipp/domain/names.py", "utf8");
    const listed = /RESERVED = frozenset\(\{([^}]*)\}\)/.exec(python)?.[1] ?? "";
    expect([...RESERVED].sort()).toEqual([...listed.matchAll(/"([^"]+)"/g)].map((each) => each[1]).sort());
  });
});
