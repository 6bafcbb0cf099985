import { expect, test } from "vitest";
import { everyPage } from "./pages";

test("all pages are asked for, each with the cursor of the one before", async () => {
  const asked: (string | undefined)[] = [];
  const pages: Record<string, { items: number[]; next_cursor: string | null }> = {
    first: { items: [1, 2], next_cursor: "b" },
    b: { items: [3], next_cursor: null },
  };
  const items = await everyPage(async ({ cursor }) => {
    asked.push(cursor);
    return pages[cursor ?? "first"] ?? { items: [], next_cursor: null };
  });
  expect(items).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, "b"]);
});

test("a list without an end is cut", async () => {
  const items = await everyPage(async () => ({ items: Array<number>(1_000).fill(0), next_cursor: "again" }));
  expect(items).toHaveLength(5_000);
});
