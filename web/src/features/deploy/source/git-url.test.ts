import { describe, expect, it } from "vitest";
import { gitUrlProblem, httpsInstead, looksLikeGit, readGitAddress } from "./git-url";

describe("a pasted text is taken for a repository", () => {
  it.each([
    "https://github.com/anna/site",
    "  https://github.com/anna/site.git\n",
    "github.com/anna/site",
    "https://gitlab.com/group/sub/site",
    "https://git.example.org/anna/site",
    "https://code.example.org/anna/site.git",
    "git@github.com:anna/site.git",
    "ssh://git@code.example.org/anna/site",
    "git clone https://code.example.org/anna/site",
    "git clone --depth 1 git@code.example.org:anna/site.git folder",
    "https://github.com/anna/site/tree/main/apps/web",
  ])("%j", (text) => expect(looksLikeGit(text)).toBe(true));
});

describe("a pasted text is not taken for a repository", () => {
  it.each([
    "",
    "hello",
    "https://example.com/",
    "https://example.com/a/b",
    "https://github.com/",
    "https://github.com/anna",
    "anna@example.com",
    "A=1\nB=2",
    "see https://github.com/anna/site for more",
    "javascript:alert(1)//github.com/a/b",
    `https://github.com/anna/${"x".repeat(3000)}`,
  ])("%j", (text) => expect(looksLikeGit(text)).toBe(false));
});

describe("an address is taken apart", () => {
  it.each([
    ["https://github.com/anna/site", "https://github.com/anna/site", "", ""],
    ["github.com/anna/site/", "https://github.com/anna/site", "", ""],
    ["https://github.com/anna/site/tree/v2/apps/web?tab=readme#top", "https://github.com/anna/site", "v2", "apps/web"],
    ["https://github.com/anna/site/tree/fix%2Fone", "https://github.com/anna/site", "fix/one", ""],
    ["https://github.com/anna/site/commit/0123abc", "https://github.com/anna/site", "0123abc", ""],
    ["https://github.com/anna/site/issues/7", "https://github.com/anna/site", "", ""],
    ["https://gitlab.com/a/b/c/site/-/tree/main/docs", "https://gitlab.com/a/b/c/site", "main", "docs"],
    ["https://code.example.org/a/site/-/tree/main", "https://code.example.org/a/site", "main", ""],
    ["https://gitlab.com/a/b/c/site", "https://gitlab.com/a/b/c/site", "", ""],
    ["https://codeberg.org/a/site/src/branch/main/web", "https://codeberg.org/a/site", "main", "web"],
    ["https://bitbucket.org/a/site/src/main/web", "https://bitbucket.org/a/site", "main", "web"],
    ["https://code.example.org:8443/a/tree/main.git", "https://code.example.org:8443/a/tree/main.git", "", ""],
    ["git clone -q https://code.example.org/a/site.git here", "https://code.example.org/a/site.git", "", ""],
    ["git@github.com:anna/site.git", "git@github.com:anna/site.git", "", ""],
    ["nonsense", "nonsense", "", ""],
  ])("%s", (text, url, ref, subdirectory) => {
    expect(readGitAddress(text)).toEqual({ url, ref, subdirectory, token: "" });
  });

  it.each([
    ["https://ghp_secret@github.com/anna/site.git", "ghp_secret"],
    ["https://anna:pa%40ss@github.com/anna/site.git", "anna:pa@ss"],
  ])("credentials in %s become the token", (text, token) => {
    expect(readGitAddress(text)).toEqual({ url: "https://github.com/anna/site.git", ref: "", subdirectory: "", token });
  });
});

it("only what can't be an address is refused before the platform is asked", () => {
  for (const url of ["https://x.example/a", "http://127.0.0.1:80/a", "git@x.example:a/b", "ssh://x.example/a"]) {
    expect(gitUrlProblem(url)).toBeNull();
  }
  for (const url of ["", "hello", "https://x.example", "ftp://x.example/a", "file:///etc/passwd"]) {
    expect(gitUrlProblem(url)).not.toBeNull();
  }
});

it("an ssh address has an https one beside it", () => {
  expect(httpsInstead("git@github.com:anna/site.git")).toBe("https://github.com/anna/site.git");
  expect(httpsInstead("ssh://git@code.example.org/anna/site")).toBe("https://code.example.org/anna/site");
  expect(httpsInstead("https://github.com/anna/site")).toBeNull();
});
