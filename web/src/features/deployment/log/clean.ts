/**
 * A log line as it may be shown: printable characters and colours (SGR sequences), nothing else.
 *
 * A log is other people's text. Every other escape sequence (ECMA-48: cursor movements, titles, links, device strings) is
 * dropped, control characters are written as ^A, and characters that would turn the text around or hide are named. Linear in the line's length, whatever it holds.
 */
export interface CleanText {
  /** With SGR sequences left in. */
  readonly coloured: string;
  /** What people read, search and copy. */
  readonly plain: string;
}

type Token = { kind: "text" | "colour"; text: string } | { kind: "rewrite" };

const ESC = 0x1b;
const BEL = 0x07;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const MOST_COLOURS = 500; // in one line; after that it goes on in the colour that it has
const LONGEST_COLOUR = 64;

export function clean(raw: string): CleanText {
  return isHarmless(raw) ? { coloured: raw, plain: raw } : assembled(tokens(raw));
}

function isHarmless(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 ? code !== TAB : code >= 0x7f && (code <= 0x9f || isDeceptive(code))) return false;
  }
  return true;
}

/** Characters that reorder what follows (Unicode UAX 9), break a line, or take no room: U+200D and U+200C make emoji
 * and words, and stay. */
function isDeceptive(code: number): boolean {
  if (code < 0x200b) return code === 0xad || code === 0x61c || code === 0x180e;
  if (code <= 0x206f) return code === 0x200b || code === 0x200e || code === 0x200f || code >= 0x2060 || isTurning(code);
  return code === 0xfeff || (code >= 0xfff9 && code <= 0xfffb) || code === 0xdb40; // 0xdb40 leads invisible tags
}

function isTurning(code: number): boolean {
  return code >= 0x2028 && code <= 0x202e;
}

/** Of a line that was rewritten in place (a progress bar) the last state that shows something, in its colours. */
function assembled(all: readonly Token[]): CleanText {
  let start = 0;
  let end = all.length;
  let shows = false;
  for (let at = all.length - 1; at >= 0 && start === 0; at--) {
    const token = all[at];
    if (token?.kind === "text" && token.text.trim() !== "") shows = true;
    if (token?.kind !== "rewrite") continue;
    if (shows) start = at + 1;
    else end = at;
  }
  const coloured: string[] = [];
  const plain: string[] = [];
  for (const [at, token] of all.entries()) {
    if (token.kind === "rewrite" || (token.kind === "text" && (at < start || at >= end))) continue;
    if (token.kind === "text") plain.push(token.text);
    coloured.push(token.text);
  }
  return { coloured: coloured.join(""), plain: plain.join("") };
}

function tokens(raw: string): Token[] {
  return new Scanner(raw).run();
}

class Scanner {
  private at = 0;
  private textFrom = 0;
  private colours = 0;
  private stringsEnd = true; // false once a string was found to have no end: then no later one has one either
  private readonly found: Token[] = [];

  constructor(private readonly raw: string) {}

  run(): Token[] {
    while (this.at < this.raw.length) this.step(this.raw.charCodeAt(this.at));
    this.endText(this.at);
    return this.found;
  }

  private step(code: number): void {
    if (code >= 0x20 && code < 0x7f) this.at++;
    else if (code === TAB) this.at++;
    else if (code === ESC) this.escape();
    else if (code >= 0x80 && code <= 0x9f && isIntroducer(code - 0x40)) this.sequence(code - 0x40, this.at + 1);
    else if (code === CARRIAGE_RETURN) this.replaceBy({ kind: "rewrite" }, this.at + 1);
    else if (code < 0xa0 || isDeceptive(code)) this.visible(code);
    else this.at++;
  }

  private visible(code: number): void {
    if (code < 0x20) this.replaceBy({ kind: "text", text: `^${String.fromCharCode(0x40 + code)}` }, this.at + 1);
    else if (code === 0x7f) this.replaceBy({ kind: "text", text: "^?" }, this.at + 1);
    else {
      const point = this.raw.codePointAt(this.at) ?? code;
      const name = `‹U+${point.toString(16).toUpperCase().padStart(4, "0")}›`;
      this.replaceBy({ kind: "text", text: name }, this.at + (point > 0xffff ? 2 : 1));
    }
  }

  private escape(): void {
    const next = this.raw.charCodeAt(this.at + 1);
    if (isIntroducer(next)) this.sequence(next, this.at + 2);
    else {
      let end = this.at + 1;
      while (isBetween(this.raw.charCodeAt(end), 0x20, 0x2f)) end++;
      this.drop(isBetween(this.raw.charCodeAt(end), 0x30, 0x7e) ? end + 1 : end);
    }
  }

  private sequence(introducer: number, from: number): void {
    if (introducer === 0x5b) this.control(from);
    else this.drop(this.endOfString(from));
  }

  /** CSI: parameters, intermediates, a final byte. */
  private control(from: number): void {
    let end = from;
    while (isBetween(this.raw.charCodeAt(end), 0x30, 0x3f)) end++;
    const parameters = this.raw.slice(from, Math.min(end, from + LONGEST_COLOUR));
    const bare = !isBetween(this.raw.charCodeAt(end), 0x20, 0x2f);
    while (isBetween(this.raw.charCodeAt(end), 0x20, 0x2f)) end++;
    const final = isBetween(this.raw.charCodeAt(end), 0x40, 0x7e) ? this.raw.charAt(end) : "";
    if (final !== "") end++;
    const token = bare && final !== "" ? this.meaning(parameters, final) : null;
    if (token) this.replaceBy(token, end);
    else this.drop(end);
  }

  private meaning(parameters: string, final: string): Token | null {
    if (final === "m" && /^[\d;]*$/.test(parameters) && parameters.length < LONGEST_COLOUR) {
      return ++this.colours > MOST_COLOURS ? null : { kind: "colour", text: `\u001b[${parameters}m` };
    }
    const goesToStart = final === "G" && (parameters === "" || parameters === "0" || parameters === "1");
    return goesToStart || (final === "K" && parameters === "2") ? { kind: "rewrite" } : null;
  }

  /** Of OSC, DCS, APC, PM, SOS. One without an end loses its introducer only: nothing may hide the rest of a line. */
  private endOfString(from: number): number {
    for (let end = from; this.stringsEnd && end < this.raw.length; end++) {
      const code = this.raw.charCodeAt(end);
      if (code === BEL || code === 0x9c) return end + 1;
      if (code === ESC && this.raw.charCodeAt(end + 1) === 0x5c) return end + 2;
    }
    this.stringsEnd = false;
    return from;
  }

  private drop(until: number): void {
    this.endText(until);
  }

  private replaceBy(token: Token, until: number): void {
    this.endText(until);
    this.found.push(token);
  }

  /** The text up to here is a token; it goes on at `next`. */
  private endText(next: number): void {
    if (this.at > this.textFrom) this.found.push({ kind: "text", text: this.raw.slice(this.textFrom, this.at) });
    this.at = next;
    this.textFrom = next;
  }
}

/** After ESC, or as one C1 character less 0x40: CSI [, OSC ], DCS P, SOS X, PM ^, APC _ */
function isIntroducer(code: number): boolean {
  return code === 0x5b || code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f;
}

function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last; // NaN, past the end, is not
}
