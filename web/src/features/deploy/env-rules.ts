import type { EnvEntry } from "./env-file";

/** The limits of the API (src/zipp/api/requests.py, forms.py). */
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const VALUE_BYTES = 32 * 1024;
const ALL_BYTES = 1024 ** 2;
const MAX_ENTRIES = 200;

/** A row of the table; `id` keeps its place while its name is typed. */
export type EnvRow = EnvEntry & { id: number };

export function keyProblem(key: string): string | null {
  if (key === "") return "Give the variable a name.";
  if (key === "PORT") return "PORT is set by the platform: listen on the port that it names.";
  return KEY.test(key) ? null : "Up to 128 letters, digits and “_”, not starting with a digit.";
}

export function valueProblem(value: string): string | null {
  if (value.includes("\0")) return "A value can’t have a NUL character.";
  return bytesOf(value) > VALUE_BYTES ? "A value has at most 32 kB." : null;
}

/** What is wrong with one row, by itself or beside the others. Rows that are empty are no variables. */
export function rowProblem(row: EnvRow, rows: readonly EnvRow[]): string | null {
  if (isEmpty(row)) return null;
  const twice = rows.some((other) => other.id > row.id && other.key === row.key);
  return keyProblem(row.key) ?? valueProblem(row.value) ?? (twice ? "This name comes again below." : null);
}

export function envProblem(rows: readonly EnvRow[]): string | null {
  if (rows.filter((row) => !isEmpty(row)).length > MAX_ENTRIES) return `At most ${MAX_ENTRIES} variables.`;
  if (bytesOf(JSON.stringify(environmentOf(rows))) > ALL_BYTES) return "All variables together have at most 1 MB.";
  return rows.some((row) => rowProblem(row, rows) !== null) ? "Mend the variables that are marked." : null;
}

export function environmentOf(rows: readonly EnvRow[]): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => !isEmpty(row)).map(({ key, value }) => [key, value]));
}

/** The rows with what was pasted: a name that is there gets the new value in its place. */
export function merged(rows: readonly EnvRow[], entries: readonly EnvEntry[]): EnvRow[] {
  const fresh = new Map(entries.map(({ key, value }) => [key, value]));
  const kept = rows.filter((row) => !isEmpty(row)).map((row) => ({ ...row, value: fresh.get(row.key) ?? row.value }));
  const there = new Set(kept.map((row) => row.key));
  const added = [...fresh].filter(([key]) => !there.has(key));
  const next = nextId(rows);
  return [...kept, ...added.map(([key, value], index) => ({ key, value, id: next + index }))];
}

export const nextId = (rows: readonly EnvRow[]): number => rows.reduce((most, row) => Math.max(most, row.id + 1), 0);

const isEmpty = (row: EnvRow): boolean => row.key === "" && row.value === "";
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
