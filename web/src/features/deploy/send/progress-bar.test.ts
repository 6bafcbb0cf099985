import { expect, it } from "vitest";
import { described } from "./progress-bar";

it("says what is known of an upload, and nothing that is not", () => {
  const known = described({ phase: "sending", bytes: 512, total: 2_048, speed: 1_024, left: 1_500 });
  expect(known).toEqual({ title: "Uploading", detail: "512 B of 2 kB · 1 kB/s · 1.5 s left", percent: 25 });
  const begun = described({ phase: "sending", bytes: 0, total: 0, speed: null, left: null });
  expect(begun).toMatchObject({ detail: "0 B of 0 B", percent: 0 });
  expect(described({ phase: "packing", bytes: 5, total: 10, files: 1, allFiles: 20_000 })).toEqual({
    title: "Packing",
    detail: "1 of 20,000 files",
    percent: 50,
  });
  expect(described({ phase: "accepting" }).percent).toBeNull();
});
