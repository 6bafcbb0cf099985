import { expect, it } from "vitest";
import { loginCommand } from "./cli-login";

it("is what the CLI takes", () => {
  expect(loginCommand("http://127.0.0.1:8000", "zipp_a-B_9")).toBe(
    "zipp login --url http://127.0.0.1:8000 --token zipp_a-B_9",
  );
});

it("quotes what a shell would read otherwise", () => {
  expect(loginCommand("http://[::1]:8000", "a'b;c")).toBe(`zipp login --url 'http://[::1]:8000' --token 'a'\\''b;c'`);
});
