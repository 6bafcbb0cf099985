import { clean } from "./clean";
import type { Rows } from "./rows";

export type Range = readonly [start: number, end: number];

export interface Match {
  readonly row: number;
  /** Which of its line's matches, from 0. */
  readonly nth: number;
}

export const MOST_MATCHES = 10_000;
const LONGEST_QUERY = 200;
const ROWS_AT_ONCE = 4_000;

/** Literal, whatever its case. Null: nothing is looked for. */
export function patternOf(query: string): RegExp | null {
  const literal = query.slice(0, LONGEST_QUERY).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return literal === "" ? null : new RegExp(literal, "gi");
}

export function rangesIn(plain: string, pattern: RegExp | null, most = MOST_MATCHES): Range[] {
  const found: Range[] = [];
  if (pattern === null) return found;
  pattern.lastIndex = 0;
  for (let hit = pattern.exec(plain); hit !== null && found.length < most; hit = pattern.exec(plain)) {
    found.push([hit.index, hit.index + hit[0].length]);
  }
  return found;
}

/** The matches in the rows, found bit by bit so that typing never waits; goes on as the log grows. */
export class Search {
  readonly matches: Match[] = [];
  private next = 0;

  constructor(
    private readonly rows: Rows,
    private readonly pattern: RegExp,
  ) {}

  get isFull(): boolean {
    return this.matches.length >= MOST_MATCHES;
  }

  get isDone(): boolean {
    return this.isFull || this.next >= this.rows.count;
  }

  advance(most = ROWS_AT_ONCE): void {
    const until = Math.min(this.rows.count, this.next + most);
    for (; this.next < until && !this.isFull; this.next++) {
      const row = this.rows.at(this.next);
      if (row?.kind !== "line") continue;
      const ranges = rangesIn(clean(row.line.text).plain, this.pattern, MOST_MATCHES - this.matches.length);
      for (const nth of ranges.keys()) this.matches.push({ row: this.next, nth });
    }
  }

  /** The place of the first match at or below a row, where a search begins; -1: none is found yet. */
  placeFrom(row: number): number {
    return this.matches.findIndex((match) => match.row >= row);
  }
}

export function moved(place: number, by: 1 | -1, count: number): number {
  return count === 0 ? 0 : (place + by + count) % count;
}
