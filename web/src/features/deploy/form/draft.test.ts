import { expect, it } from "vitest";
import { EMPTY_DRAFT, originOf, withEnv, withGitAddress } from "./draft";

it("an address that says more than the repository fills the other fields, and keeps what was typed there", () => {
  const typed = { ...EMPTY_DRAFT, git: { ...EMPTY_DRAFT.git, ref: "typed", token: "kept" } };
  expect(withGitAddress(typed, "https://github.com/a/site").git).toEqual({
    url: "https://github.com/a/site",
    ref: "typed",
    subdirectory: "",
    token: "kept",
  });
  expect(withGitAddress(typed, "https://github.com/a/site/tree/main/web").git).toMatchObject({
    ref: "main",
    subdirectory: "web",
  });
  expect(withGitAddress(EMPTY_DRAFT, "https://s3cret@github.com/a/site").git).toMatchObject({
    url: "https://github.com/a/site",
    token: "s3cret",
  });
});

it("the source names the site; changing it keeps the rest", () => {
  const draft = withEnv({ ...EMPTY_DRAFT, name: "mine" }, [{ key: "A", value: "1" }]);
  const changed = { ...withGitAddress(draft, "https://github.com/a/site"), source: "git" as const };
  expect(originOf(changed)).toBe("https://github.com/a/site");
  expect(changed).toMatchObject({ name: "mine", env: [{ key: "A", value: "1" }] });
});
