import { clean } from "./clean";
import type { Row } from "./rows";

export const LINE_HEIGHT = 20; // pixels, as the rows' line height says
export const HEADING_HEIGHT = 32;

/** Of a longer line the rest is shown on demand: laying it out would hold up all others. */
export const SHOWN_CHARACTERS = 2_000;

/** What a row's parts take besides its text. */
const MARGINS = 16 + 12 + 1; // pixels: beside the number, at the right end, against rounding
const TIME_MARGIN = 8;
const TIME_COLUMNS = 12;
const MARKER_COLUMNS = 5;
const FEWEST_COLUMNS = 20;

export interface Grid {
  readonly wrap: boolean;
  /** Of the lines' numbers. */
  readonly digits: number;
  /** Characters of text beside each other. */
  readonly columns: number;
}

/** The columns that are left for the text in a view of `width` pixels, with characters that are `character` wide. */
export function gridOf(
  view: { width: number; character: number },
  wrap: boolean,
  withTime: boolean,
  last: number,
): Grid {
  const digits = Math.max(3, String(last).length);
  const room = view.width - MARGINS - (withTime ? TIME_MARGIN : 0);
  const columns = Math.floor(room / view.character) - gutter(digits, withTime);
  return { wrap, digits, columns: Math.max(FEWEST_COLUMNS, columns) };
}

export function gutter(digits: number, withTime: boolean): number {
  return digits + MARKER_COLUMNS + (withTime ? TIME_COLUMNS : 0);
}

/** A row's height. All characters are equally wide and lines break anywhere, so it need not be laid out for that. */
export function heightOf(row: Row | null, { wrap, columns }: Grid): number {
  if (row?.kind === "heading") return HEADING_HEIGHT;
  if (!wrap || row === null || row.line.text.length <= columns) return LINE_HEIGHT;
  const length = Math.min(clean(row.line.text).plain.length, SHOWN_CHARACTERS);
  return Math.max(1, Math.ceil(length / columns)) * LINE_HEIGHT;
}

/** Whether `heightOf` may be wrong: where characters are of other widths, or all of a long line is shown. */
export function needsMeasuring(row: Row, { wrap }: Grid, isWhole: boolean): boolean {
  if (row.kind === "heading") return false;
  if (isWhole) return true;
  return wrap && (row.line.text.length > SHOWN_CHARACTERS || !isGridText(row.line.text));
}

/** Nothing but printable ASCII and colours, which take no room. */
function isGridText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7e || (code < 0x20 && code !== 0x1b)) return false;
  }
  return true;
}
