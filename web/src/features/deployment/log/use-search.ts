import { useDeferredValue, useEffect, useMemo, useReducer, useState } from "react";
import type { Rows } from "./rows";
import { type Match, moved, patternOf, Search } from "./search";

export interface FoundMatches {
  readonly pattern: RegExp | null;
  readonly count: number;
  /** There are more than are counted. */
  readonly isFull: boolean;
  /** Everything has been looked through. */
  readonly isDone: boolean;
  readonly place: number;
  readonly current: Match | null;
  readonly move: (by: 1 | -1) => void;
}

/** Looks through the rows without making anybody wait; `firstRow` is where a new search begins. */
export function useSearch(rows: Rows, version: number, query: string, firstRow: () => number): FoundMatches {
  const wanted = useDeferredValue(query);
  const pattern = useMemo(() => patternOf(wanted), [wanted]);
  const search = useMemo(() => (pattern ? new Search(rows, pattern) : null), [rows, pattern]);
  const [, progressed] = useReducer((count: number) => count + 1, 0);
  const [at, setAt] = useState<{ search: Search | null; place: number }>({ search: null, place: 0 });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version means that there are more rows
  useEffect(() => {
    let timer = 0;
    function step(): void {
      if (!search || search.isDone) return;
      search.advance();
      progressed();
      timer = window.setTimeout(step);
    }
    step();
    return () => window.clearTimeout(timer);
  }, [search, version]);

  const count = search?.matches.length ?? 0;
  const settled = at.search === search;
  useEffect(() => {
    if (settled || !search) return;
    const place = search.placeFrom(firstRow());
    if (place >= 0) setAt({ search, place });
    else if (search.isDone && count > 0) setAt({ search, place: 0 });
  }, [settled, search, count, firstRow]);

  const place = settled ? at.place : 0;
  return {
    pattern,
    count,
    isFull: search?.isFull ?? false,
    isDone: search?.isDone ?? true,
    place,
    current: (settled && search?.matches[place]) || null,
    move: (by) => setAt({ search, place: moved(place, by, count) }),
  };
}
