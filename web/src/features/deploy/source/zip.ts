import { AsyncDeflate, Zip, ZipDeflate, type ZipInputFile, ZipPassThrough } from "fflate";
import { formatBytes } from "@/lib/format";
import { makeBreather } from "./breather";
import type { PackFile } from "./folder";
import { refusal, tooLarge } from "./problems";

export type PackProgress = { files: number; bytes: number };
export type PackOptions = { signal: AbortSignal; maxBytes: number; onProgress?: (progress: PackProgress) => void };

/** Up to here a file is deflated on the page's thread; a worker costs more than that for small ones. */
const SMALL = 500_000;
const READ_TOGETHER = 32;
const QUEUED_MOST = 8 * 1024 ** 2;
const LEVEL = 6;
/** The first moment that a ZIP can name: the same files give the same bytes, whenever they are packed. */
const EPOCH = new Date(1980, 0, 1);
const COMPRESSED =
  /\.(png|jpe?g|gif|webp|avif|heic|ico|woff2?|mp[34]|m4[av]|webm|og[gv]|mov|zip|gz|br|zst|7z|rar|jar|pdf|docx|xlsx|pptx)$/i;

/**
 * Files to a ZIP, a few at a time; what is done goes into a Blob, which the browser may keep on its disk. Import this
 * module dynamically. Throws a Problem (upload_too_large, file_unreadable) or the signal's reason.
 */
export async function pack(files: readonly PackFile[], options: PackOptions): Promise<Blob> {
  const archive = new Archive(options);
  try {
    for (const group of groups(files)) await archive.add(group);
    return archive.finish();
  } finally {
    archive.close();
  }
}

/** Small files are read together, a large one alone. */
function* groups(files: readonly PackFile[]): Generator<PackFile[]> {
  let group: PackFile[] = [];
  for (const each of files) {
    const large = each.file.size > SMALL;
    if (group.length > 0 && (large || group.length === READ_TOGETHER)) {
      yield group;
      group = [];
    }
    group.push(each);
    if (large) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

class Archive {
  readonly #output: Output;
  readonly #zip: Zip;
  readonly #breathe = makeBreather();
  readonly #done: PackProgress = { files: 0, bytes: 0 };

  constructor(private readonly options: PackOptions) {
    this.#output = new Output();
    this.#zip = new Zip((error, chunk) => this.#output.take(error, chunk));
  }

  async add(group: readonly PackFile[]) {
    const [first] = group;
    if (first && first.file.size > SMALL) await this.#large(first);
    else await this.#small(group);
  }

  finish(): Blob {
    this.#zip.end();
    this.#check();
    return this.#output.blob();
  }

  close() {
    this.#zip.terminate();
  }

  async #small(group: readonly PackFile[]) {
    const contents = await Promise.all(group.map((each) => readable(each, each.file.arrayBuffer())));
    for (const [index, each] of group.entries()) {
      const content = new Uint8Array(contents[index] ?? new ArrayBuffer(0));
      const entry = COMPRESSED.test(each.path)
        ? new ZipPassThrough(each.path)
        : new ZipDeflate(each.path, { level: LEVEL });
      entry.mtime = EPOCH;
      this.#zip.add(entry);
      entry.push(content, true);
      this.#count(1, content.length);
      await this.#breathe();
      this.#check();
    }
  }

  async #large(each: PackFile) {
    const entry = COMPRESSED.test(each.path) ? new ZipPassThrough(each.path) : new DeflatedApart(each.path);
    entry.mtime = EPOCH;
    this.#zip.add(entry);
    const ended = endOf(entry);
    const reader = each.file.stream().getReader();
    try {
      for (;;) {
        const { done, value } = await readable(each, reader.read());
        if (done) break;
        const size = value.length; // the worker takes the buffer away
        entry.push(value);
        if (entry instanceof DeflatedApart) await Promise.race([entry.drained(), ended]);
        this.#count(0, size);
        await this.#breathe();
        this.#check();
      }
    } finally {
      reader.cancel().catch(() => {});
    }
    entry.push(new Uint8Array(0), true);
    await ended;
    this.#count(1, 0);
    this.#check();
  }

  #count(files: number, bytes: number) {
    this.#done.files += files;
    this.#done.bytes += bytes;
    this.options.onProgress?.({ ...this.#done });
  }

  #check() {
    this.options.signal.throwIfAborted();
    if (this.#output.error) throw this.#output.error;
    if (this.#output.bytes > this.options.maxBytes) throw tooLarge(formatBytes(this.options.maxBytes));
  }
}

/** Deflates in a worker of its own. Unlike fflate's AsyncZipDeflate it tells how much is waiting there. */
class DeflatedApart extends ZipPassThrough {
  readonly #deflate: AsyncDeflate;
  readonly terminate: () => void;
  #wake: (() => void) | null = null;

  constructor(path: string) {
    super(path);
    this.compression = 8;
    this.#deflate = new AsyncDeflate({ level: LEVEL }, (error, chunk, final) => this.ondata(error, chunk, final));
    this.#deflate.ondrain = () => this.#wake?.();
    this.terminate = () => this.#deflate.terminate();
  }

  protected override process(chunk: Uint8Array<ArrayBuffer>, final: boolean) {
    this.#deflate.push(chunk, final);
  }

  async drained() {
    while (this.#deflate.queuedSize > QUEUED_MOST) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Settles when all of an entry, which was added to a Zip already, has been put into it. */
function endOf(entry: ZipInputFile): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    const pass = entry.ondata;
    entry.ondata = (error, chunk, final) => {
      pass?.(error, chunk, final);
      if (error) reject(error);
      else if (final) resolve();
    };
  });
  ended.catch(() => {}); // it is awaited at the end; until then the output knows the error
  return ended;
}

class Output {
  error: Error | null = null;
  bytes = 0;
  readonly #parts: Blob[] = [];
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;

  take(error: Error | null, chunk: Uint8Array<ArrayBuffer>) {
    this.error ??= error;
    if (error) return;
    this.bytes += chunk.length;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > QUEUED_MOST) this.#settle();
  }

  blob(): Blob {
    this.#settle();
    return new Blob(this.#parts, { type: "application/zip" });
  }

  #settle() {
    this.#parts.push(new Blob(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

async function readable<T>({ path }: PackFile, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch {
    throw refusal(
      "file_unreadable",
      `${path} can’t be read any more.`,
      "It was changed, moved or locked since it was chosen. Choose the folder again.",
    );
  }
}
