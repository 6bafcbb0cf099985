import { describe, expect, test } from "vitest";
import { segment } from "./params";
import { safeHref, safeNext } from "./utils";

describe("safeHref", () => {
  test.each(["http://blog.zipp.localhost:8080/", "https://example.com/a?b#c"])("allows %s", (address) =>
    expect(safeHref(address)).toBe(address),
  );
  test.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.com",
    "ssh://git@example.com/a",
    "example.com",
    "",
    null,
    undefined,
  ])("refuses %s", (address) => expect(safeHref(address)).toBeUndefined());
});

describe("safeNext", () => {
  test.each(["/", "/sites/blog?x=1#y", "/deployments/1"])("keeps %s", (path) => expect(safeNext(path)).toBe(path));
  test.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", null])(
    "leads %s to the dashboard",
    (path) => expect(safeNext(path)).toBe("/"),
  );
});

describe("segment", () => {
  test("is decoded, and bears a stray percent sign", () => {
    expect(segment("/sites/my-blog/logs", 1)).toBe("my-blog");
    expect(segment("/sites/a%20b", 1)).toBe("a b");
    expect(segment("/sites/100%", 1)).toBe("100%");
    expect(segment("/sites", 1)).toBe("_");
  });
});
