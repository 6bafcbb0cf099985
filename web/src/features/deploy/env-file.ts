export type EnvEntry = { key: string; value: string };
export type EnvFileError = { line: number; message: string };

const NAME = /^[^\s="'`#]+$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

/**
 * A .env file as dotenv and its kin read it: `export `, quotes (also over several lines), "#" comments. Nothing is put
 * in for `$NAME`. Of a name that comes twice the last value counts. No message repeats a text: it may be a secret.
 */
export function parseEnvFile(text: string): { entries: EnvEntry[]; errors: EnvFileError[] } {
  const reader = new Reader(text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"));
  const entries = new Map<string, string>();
  const errors: EnvFileError[] = [];
  while (!reader.ended) {
    const line = reader.line;
    const read = readLine(reader);
    if (typeof read === "string") errors.push({ line, message: read });
    else if (read !== null) entries.set(read.key, read.value);
  }
  return { entries: Array.from(entries, ([key, value]) => ({ key, value })), errors };
}

/** Whether a pasted text is meant as variables: each line that says something has a name and "=". */
export function looksLikeEnv(text: string): boolean {
  if (!/^\s*(?:export\s+)?[A-Za-z_]\w*\s*=/m.test(text) || text.length > 1024 ** 2) return false;
  const { entries, errors } = parseEnvFile(text);
  return entries.length > 0 && errors.length === 0;
}

/** One entry, or what is wrong with it; null for a line without one. */
function readLine(reader: Reader): EnvEntry | string | null {
  const rest = reader.restOfLine();
  if (/^\s*(?:#|$)/.test(rest)) {
    reader.nextLine();
    return null;
  }
  const equals = rest.indexOf("=");
  const key = rest
    .slice(0, Math.max(0, equals))
    .trim()
    .replace(/^export\s+/, "");
  if (equals < 0 || !NAME.test(key)) {
    reader.nextLine();
    return equals < 0 ? "There is no “=”." : "The text before “=” is not a name.";
  }
  reader.skip(equals + 1);
  const value = readValue(reader);
  return value === null ? "A quote is never closed." : { key, value };
}

function readValue(reader: Reader): string | null {
  const rest = reader.restOfLine();
  const blanks = rest.length - rest.trimStart().length;
  const quote = rest[blanks];
  if (quote !== '"' && quote !== "'" && quote !== "`") return unquoted(reader);
  const end = reader.closing(quote, blanks + 1);
  if (end === null) {
    reader.nextLine();
    return null;
  }
  const inside = reader.upTo(end).slice(blanks + 1);
  reader.moveTo(end + 1);
  reader.nextLine(); // a comment may follow
  return quote === '"' ? inside.replace(/\\([nrt"\\$])/g, (_, letter: string) => ESCAPES[letter] ?? letter) : inside;
}

function unquoted(reader: Reader): string {
  const rest = reader.restOfLine();
  reader.nextLine();
  const comment = rest.search(/(?:^|\s)#/);
  return (comment < 0 ? rest : rest.slice(0, comment)).trim();
}

/** A place in the text. Each character is passed a fixed number of times, however the quotes lie. */
class Reader {
  line = 1;
  #at = 0;
  /** Quotes that are known not to be closed any more: they are looked for once. */
  readonly #unclosed = new Set<string>();

  constructor(private readonly text: string) {}

  get ended(): boolean {
    return this.#at >= this.text.length;
  }

  restOfLine(): string {
    return this.text.slice(this.#at, this.#lineEnd());
  }

  nextLine() {
    this.moveTo(this.#lineEnd() + 1);
  }

  skip(count: number) {
    this.#at += count;
  }

  upTo(end: number): string {
    return this.text.slice(this.#at, end);
  }

  moveTo(target: number) {
    for (let each = this.#at; each < target && each < this.text.length; each += 1) {
      if (this.text[each] === "\n") this.line += 1;
    }
    this.#at = target;
  }

  /** Where the quote ends that begins before `offset`; null when nowhere. */
  closing(quote: string, offset: number): number | null {
    if (this.#unclosed.has(quote)) return null;
    for (let each = this.#at + offset; each < this.text.length; each += 1) {
      if (this.text[each] === "\\" && quote === '"') each += 1;
      else if (this.text[each] === quote) return each;
    }
    this.#unclosed.add(quote);
    return null;
  }

  #lineEnd(): number {
    const end = this.text.indexOf("\n", this.#at);
    return end < 0 ? this.text.length : end;
  }
}
