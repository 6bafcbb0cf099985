import { expect, it } from "vitest";
import { readEnv } from "./read-env";

it("takes a .env over", () => {
  expect(readEnv('# local\nexport API_URL="https://a"\nMODE=dev\n')).toEqual({
    entries: [
      { key: "API_URL", value: "https://a" },
      { key: "MODE", value: "dev" },
    ],
    notes: [],
  });
});

it("takes what can be used and says of the rest why not, without repeating a value", () => {
  const { entries, notes } = readEnv("PORT=hunter2\nnot a line\nMODE=dev\n");
  expect(entries).toEqual([{ key: "MODE", value: "dev" }]);
  expect(notes[0]).toBe("1 variable taken over.");
  expect(notes.join(" ")).toContain("PORT is set by the platform");
  expect(notes.join(" ")).toContain("Line 2");
  expect(notes.join(" ")).not.toContain("hunter2");
});
