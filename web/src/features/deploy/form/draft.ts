import type { EnvEntry } from "../env-file";
import { type EnvRow, merged } from "../env-rules";
import { readGitAddress } from "../source/git-url";
import type { FileSource } from "../source/source";

/** All that was chosen and typed. Changing one's mind about the source loses nothing of the rest. */
export type Draft = {
  source: FileSource | "git" | null;
  git: { url: string; ref: string; subdirectory: string; token: string };
  /** Null: the name follows the source. */
  name: string | null;
  env: readonly EnvRow[];
};

export const EMPTY_DRAFT: Draft = {
  source: null,
  git: { url: "", ref: "", subdirectory: "", token: "" },
  name: null,
  env: [],
};

/** With the address as it is meant: what it says beside the repository goes into its own fields. */
export function withGitAddress(draft: Draft, text: string): Draft {
  const read = readGitAddress(text);
  const { git } = draft;
  return {
    ...draft,
    git: {
      url: read.url,
      ref: read.ref || git.ref,
      subdirectory: read.subdirectory || git.subdirectory,
      token: read.token || git.token,
    },
  };
}

export const withEnv = (draft: Draft, entries: readonly EnvEntry[]): Draft => ({
  ...draft,
  env: merged(draft.env, entries),
});

/** What the name is derived from when none is typed. */
export function originOf({ source, git }: Draft): string {
  return source === "git" ? git.url : (source?.name ?? "");
}
