/**
 * The environment as it is being edited. Values that are stored are never sent to the page, so a draft holds only what
 * was typed here: `set` has new and changed values, `removed` the names that are to go.
 */
export interface EnvDraft {
  set: Readonly<Record<string, string>>;
  removed: readonly string[];
}

export const EMPTY_DRAFT: EnvDraft = { set: {}, removed: [] };

/** The limit of the API (src/zipp/api/requests.py). */
const MAX_ENTRIES = 200;

export type EnvState = "kept" | "added" | "changed" | "removed";

export interface EnvRow {
  key: string;
  state: EnvState;
}

export function put(draft: EnvDraft, key: string, value: string): EnvDraft {
  return { set: { ...draft.set, [key]: value }, removed: draft.removed.filter((each) => each !== key) };
}

export function remove(draft: EnvDraft, key: string, stored: readonly string[]): EnvDraft {
  const cleared = reset(draft, key);
  return stored.includes(key) ? { ...cleared, removed: [...cleared.removed, key] } : cleared;
}

/** As it is stored, or gone where it is not. */
export function reset(draft: EnvDraft, key: string): EnvDraft {
  const set = Object.fromEntries(Object.entries(draft.set).filter(([each]) => each !== key));
  return { set, removed: draft.removed.filter((each) => each !== key) };
}

/** By name, what is stored and what is new together, so that a row keeps its place when it is saved. */
export function rows(draft: EnvDraft, stored: readonly string[]): EnvRow[] {
  const keys = new Set([...stored, ...Object.keys(draft.set)]);
  return [...keys].sort().map((key) => ({ key, state: stateOf(draft, key, stored) }));
}

function stateOf(draft: EnvDraft, key: string, stored: readonly string[]): EnvState {
  if (draft.removed.includes(key)) return "removed";
  if (!Object.hasOwn(draft.set, key)) return "kept";
  return stored.includes(key) ? "changed" : "added";
}

export function changeCount(draft: EnvDraft): number {
  return Object.keys(draft.set).length + draft.removed.length;
}

export function tooMany(draft: EnvDraft, stored: readonly string[]): boolean {
  return rows(draft, stored).filter((row) => row.state !== "removed").length > MAX_ENTRIES;
}

/** The body of PATCH: null removes. */
export function patchOf(draft: EnvDraft): Record<string, string | null> {
  return { ...draft.set, ...Object.fromEntries(draft.removed.map((key) => [key, null])) };
}
