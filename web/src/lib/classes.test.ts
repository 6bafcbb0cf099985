import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { twMerge } from "tailwind-merge";
import { describe, expect, test } from "vitest";
import { mergeClasses } from "./classes";

describe("mergeClasses", () => {
  test.each([
    ["px-3 px-4", "px-4"],
    ["px-3 py-1 p-0", "p-0"],
    ["p-0 px-3", "p-0 px-3"],
    ["h-9 w-full size-8", "size-8"],
    ["text-sm text-muted-foreground text-base", "text-muted-foreground text-base"],
    ["border border-input border-dashed border-danger", "border border-dashed border-danger"],
    ["sm:max-w-lg max-w-xs", "sm:max-w-lg max-w-xs"],
    ["sm:max-w-lg sm:max-w-sm", "sm:max-w-sm"],
    ["rounded-md rounded-full", "rounded-full"],
    ["flex grid hidden", "hidden"],
    ["[&_svg]:size-4 size-6 [&_svg]:size-3", "size-6 [&_svg]:size-3"],
    ["group my-own", "group my-own"],
    ["", ""],
  ])("%s is %s", (classes, merged) => expect(mergeClasses(classes)).toBe(merged));
});

/** All that looks like classes in the sources: each is laid over each component's own. */
function classTexts(folder: string): string[] {
  const found = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".tsx") || file.endsWith(".test.tsx")) continue;
    const source = readFileSync(join(folder, file), "utf8");
    for (const [, text = ""] of source.matchAll(/"([a-z[-][^"\n]*)"/g)) {
      if (/^[a-z[!*-][^A-Z.,;?]*$/.test(text) && /-|^(?:flex|grid|hidden|truncate|relative|border)\b/.test(text)) {
        found.add(text);
      }
    }
  }
  return [...found];
}

test("it agrees with tailwind-merge about all classes of this code", () => {
  const all = classTexts("src");
  const own = classTexts("src/components/ui").filter((text) => text.length > 40);
  expect(all.length).toBeGreaterThan(150);
  expect(own.length).toBeGreaterThan(15);
  const differences = own.flatMap((base) =>
    all
      .map((text) => `${base} ${text}`)
      .map((classes) => ({ classes, ...difference(mergeClasses(classes), twMerge(classes)) }))
      .filter(({ ours, theirs }) => ours + theirs !== ""),
  );
  expect(differences.slice(0, 5)).toEqual([]);
});

/** What only one of them kept. */
function difference(ours: string, theirs: string) {
  const [left, right] = [new Set(ours.split(" ")), new Set(theirs.split(" "))];
  return {
    ours: [...left].filter((name) => !right.has(name)).join(" "),
    theirs: [...right].filter((name) => !left.has(name)).join(" "),
  };
}
