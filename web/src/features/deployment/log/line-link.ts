/** Lines by number, first and last included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** "#L12" or "#L12-L20" -> lines. */
export function parseHash(hash: string): LineRange | null {
  const match = /^#L(\d{1,15})(?:-L(\d{1,15}))?$/.exec(hash);
  if (!match?.[1]) return null;
  const from = Number(match[1]);
  const to = match[2] ? Number(match[2]) : from;
  return { first: Math.min(from, to), last: Math.max(from, to) };
}

export function hashOf({ first, last }: LineRange): string {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** With Shift the range goes from what was chosen before to this line. */
export function chosen(before: LineRange | null, seq: number, extend: boolean): LineRange {
  if (!extend || before === null) return { first: seq, last: seq };
  return { first: Math.min(before.first, seq), last: Math.max(before.last, seq) };
}

export function contains(range: LineRange | null, seq: number): boolean {
  return range !== null && seq >= range.first && seq <= range.last;
}
