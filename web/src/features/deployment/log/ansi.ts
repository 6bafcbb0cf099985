import Anser from "anser";
import { groundColour, type Shades, textOn, textShades } from "./colours";

export interface Style {
  /** Of the text, a shade a theme; null is the page's own. */
  readonly shades: Shades | null;
  /** The text stands on a colour of its own, which is the same in both themes. */
  readonly ground: { readonly background: string; readonly text: string } | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
}

export interface Segment {
  readonly text: string;
  readonly style: Style | null;
}

/** `coloured` is clean text (clean.ts). "Hidden" and "blink" are not honoured: a log shows what was printed. */
export function segments(coloured: string): Segment[] {
  if (!coloured.includes("\u001b")) return coloured === "" ? [] : [{ text: coloured, style: null }];
  return new Anser()
    .process(coloured, { json: true, remove_empty: true }, true)
    .map((entry) => ({ text: entry.content, style: styleOf(entry) }));
}

function styleOf(entry: Anser.AnserJsonEntry): Style | null {
  if (!entry.was_processed) return null;
  const has = (name: Anser.DecorationName) => entry.decorations.includes(name);
  return {
    shades: entry.fg && !entry.bg ? textShades(entry.fg) : null,
    ground: entry.bg ? { background: groundColour(entry.bg), text: textOn(entry.bg, entry.fg || null) } : null,
    bold: has("bold"),
    dim: has("dim"),
    italic: has("italic"),
    underline: has("underline"),
    strike: has("strikethrough"),
  };
}

/** The segments up to `length` characters. */
export function clipped(all: readonly Segment[], length: number): Segment[] {
  const kept: Segment[] = [];
  let room = length;
  for (const segment of all) {
    if (room <= 0) break;
    kept.push(segment.text.length <= room ? segment : { ...segment, text: segment.text.slice(0, room) });
    room -= segment.text.length;
  }
  return kept;
}

export interface Piece extends Segment {
  /** Which of the line's matches it is part of, from 0; null: none. */
  readonly match: number | null;
}

/** The segments, cut where a match begins or ends. `ranges` are [start, end) in the plain text, in order, apart. */
export function marked(all: readonly Segment[], ranges: readonly (readonly [number, number])[]): Piece[] {
  if (ranges.length === 0) return all.map((segment) => ({ ...segment, match: null }));
  const pieces: Piece[] = [];
  let offset = 0;
  let next = 0;
  for (const segment of all) {
    const end = offset + segment.text.length;
    let from = offset;
    while (from < end) {
      while (next < ranges.length && (ranges[next]?.[1] ?? 0) <= from) next++;
      const range = ranges[next];
      const inside = range !== undefined && range[0] <= from;
      const until = Math.min(end, range === undefined ? end : inside ? range[1] : range[0]);
      const text = segment.text.slice(from - offset, until - offset);
      pieces.push({ text, style: segment.style, match: inside ? next : null });
      from = until;
    }
    offset = end;
  }
  return pieces;
}
