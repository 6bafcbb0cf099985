import { expect, it } from "vitest";
import { lineOfCause } from "./find-cause";
import { line } from "./test-lines";

it("finds the line that a failure quotes, in what the build printed", () => {
  const lines = [
    line(1, "build", "npm error code ENOENT"),
    line(2, "build", "\u001b[31m  Error: Cannot find module 'x'\u001b[0m and more", "stderr"),
    line(3, "build", "Because of: Error: Cannot find module 'x'", "zipp"),
  ];
  expect(lineOfCause(lines, "Error: Cannot find module 'x'")).toBe(2);
  expect(lineOfCause(lines, "not in it")).toBeNull();
  expect(lineOfCause(lines, "")).toBeNull();
});
