import type { LogLine } from "@/lib/api";

export type Stream = LogLine["stream"];

/** What is left out. */
export interface Filter {
  readonly hiddenStages: ReadonlySet<string>;
  readonly hiddenStreams: ReadonlySet<Stream>;
}

export const EVERYTHING: Filter = { hiddenStages: new Set(), hiddenStreams: new Set() };

export function isEverything(filter: Filter): boolean {
  return filter.hiddenStages.size === 0 && filter.hiddenStreams.size === 0;
}

export type Row = { readonly kind: "line" | "heading"; readonly line: LogLine };

/**
 * Lines as the rows of the list: what the filter lets through, under a heading wherever another stage begins.
 *
 * Grows with the log instead of being made anew. A row is a line's index, or for the heading above it -index - 1.
 */
export class Rows {
  readonly stages: string[] = [];
  widest = 0; // characters
  lineCount = 0;
  lastSeq = 0;
  private readonly entries: number[] = [];
  private seen = 0;
  private stage: string | null = null;
  private lines: readonly LogLine[] = [];
  private first: number | null = null;

  constructor(
    private readonly filter: Filter = EVERYTHING,
    private readonly headings = true,
  ) {}

  get count(): number {
    return this.entries.length;
  }

  /** False: these are other lines than before, start with new rows. Lines that came later are taken in. */
  take(lines: readonly LogLine[]): boolean {
    const first = lines[0]?.seq ?? null;
    if (lines.length < this.seen || (this.seen > 0 && first !== this.first)) return false;
    this.lines = lines;
    this.first = first;
    for (; this.seen < lines.length; this.seen++) {
      const line = lines[this.seen];
      if (line) this.add(line, this.seen);
    }
    return true;
  }

  at(index: number): Row | null {
    const entry = this.entries[index];
    if (entry === undefined) return null;
    const line = this.lines[entry < 0 ? -entry - 1 : entry];
    return line ? { kind: entry < 0 ? "heading" : "line", line } : null;
  }

  /** Stays the same when lines come before or after. */
  keyOf(index: number): number {
    const row = this.at(index);
    return row === null ? 0 : row.kind === "heading" ? -row.line.seq : row.line.seq;
  }

  /** The row of the line with this number, or of the next one that is shown; -1: there is none. */
  indexOf(seq: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.at(middle);
      if (row && (row.line.seq < seq || (row.line.seq === seq && row.kind === "heading"))) low = middle + 1;
      else high = middle;
    }
    if (this.at(low)?.kind === "heading") low++; // the next line that is shown begins another stage
    return low < this.entries.length ? low : -1;
  }

  private add(line: LogLine, index: number): void {
    if (!this.stages.includes(line.stage)) this.stages.push(line.stage);
    if (this.filter.hiddenStages.has(line.stage) || this.filter.hiddenStreams.has(line.stream)) return;
    if (this.headings && line.stage !== this.stage) this.entries.push(-index - 1);
    this.stage = line.stage;
    this.entries.push(index);
    this.lineCount++;
    this.lastSeq = line.seq;
    if (line.text.length > this.widest) this.widest = line.text.length;
  }
}
