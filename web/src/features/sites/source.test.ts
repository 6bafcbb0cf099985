import { describe, expect, it } from "vitest";
import { sourceText } from "./source";

const git = (url: string, ref: string | null = null, commit: string | null = null) =>
  sourceText({ kind: "git", url, ref, commit, subdirectory: null });

describe("sourceText", () => {
  it("names an archive by its file", () => {
    expect(sourceText({ kind: "zip", filename: "shop.zip", size: 1, sha256: "0" }).label).toBe("shop.zip");
  });

  it.each([
    ["https://git.example.com/me/site.git", "me/site"],
    ["https://git.example.com:8443/group/sub/site", "sub/site"],
    ["git@example.com:me/site.git", "me/site"],
    ["https://example.com/site?x=/y/z", "site"],
    ["https://example.com", "https://example.com"],
  ])("names %s as %s", (url, label) => {
    expect(git(url).label).toBe(label);
  });

  it("shows the reference and the commit in short", () => {
    expect(git("https://h/a/b", "main", "0123456789abcdef").revision).toBe("main @ 0123456");
  });

  it("does not say a commit twice where it is what was asked for", () => {
    expect(git("https://h/a/b", "0123456789abcdef", "0123456789abcdef").revision).toBe("0123456");
  });
});
