import { useState } from "react";
import type { LogLine } from "@/lib/api";
import { type Filter, Rows } from "./rows";

/** The log's rows. They grow with it, and are made anew only when the filter or the log is another one. */
export function useRows(lines: readonly LogLine[], filter: Filter, headings: boolean): Rows {
  const [keeper] = useState(() => new Keeper());
  return keeper.rows(lines, filter, headings);
}

class Keeper {
  private kept: { rows: Rows; filter: Filter; headings: boolean } | null = null;

  rows(lines: readonly LogLine[], filter: Filter, headings: boolean): Rows {
    const { kept } = this;
    if (kept && kept.filter === filter && kept.headings === headings && kept.rows.take(lines)) return kept.rows;
    const rows = new Rows(filter, headings);
    rows.take(lines);
    this.kept = { rows, filter, headings };
    return rows;
  }
}
