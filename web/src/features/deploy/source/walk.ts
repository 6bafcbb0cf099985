import { makeBreather } from "./breather";
import { add, emptyFolder, type Folder, isLeftOut, leaveOut, MAX_DEPTH } from "./folder";
import { refusal } from "./problems";

export type WalkOptions = { signal?: AbortSignal; onProgress?: (files: number) => void };

/** Everything in dropped files and folders, folder by folder. Throws a Problem, or the signal's reason. */
export async function walk(entries: readonly FileSystemEntry[], options: WalkOptions = {}): Promise<Folder> {
  const folder = emptyFolder();
  const breathe = makeBreather();
  const waiting: { entries: readonly FileSystemEntry[]; path: string; depth: number }[] = [
    { entries, path: "", depth: 0 },
  ];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { path, depth } = place;
    await addFiles(folder, place.entries, path);
    for (const inner of [...place.entries].reverse().filter(isFolder)) {
      if (isLeftOut(inner.name)) continue;
      if (depth >= MAX_DEPTH) throw tooDeep();
      waiting.push({ entries: await members(inner, folder, path), path: `${path}${inner.name}/`, depth: depth + 1 });
      options.signal?.throwIfAborted();
    }
    options.onProgress?.(folder.files.length);
    options.signal?.throwIfAborted();
    await breathe();
  }
  return folder;
}

/** What a folder field gives: all files at once, with their paths. */
export async function fromFiles(files: Iterable<File>, options: WalkOptions = {}): Promise<Folder> {
  const folder = emptyFolder();
  const breathe = makeBreather();
  const passedOver = new Set<string>();
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    const parts = path.split("/");
    const out = parts.findIndex(isLeftOut);
    if (out < 0) add(folder, { path, file });
    else passedOver.add(parts.slice(0, out + 1).join("/"));
    options.signal?.throwIfAborted();
    await breathe();
  }
  for (const path of passedOver) leaveOut(folder, path.slice(path.lastIndexOf("/") + 1));
  options.onProgress?.(folder.files.length);
  return folder;
}

async function addFiles(folder: Folder, entries: readonly FileSystemEntry[], path: string) {
  const wanted: FileSystemFileEntry[] = [];
  for (const entry of entries) {
    if (isLeftOut(entry.name)) leaveOut(folder, entry.name);
    else if (isFile(entry)) wanted.push(entry);
  }
  const read = await Promise.all(wanted.map((entry) => fileOf(entry).catch(() => null)));
  for (const [index, file] of read.entries()) {
    const full = `${path}${wanted[index]?.name}`;
    if (file) add(folder, { path: full, file });
    else folder.unreadable.push(full);
  }
}

/** A browser gives about a hundred at a time, and nothing at the end: asking once would lose the rest. */
async function members(entry: FileSystemDirectoryEntry, folder: Folder, path: string): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const found: FileSystemEntry[] = [];
  try {
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return found;
      found.push(...some);
    }
  } catch {
    folder.unreadable.push(`${path}${entry.name}/`);
    return found;
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const tooDeep = () =>
  refusal("too_deep", `The folder is more than ${MAX_DEPTH} folders deep.`, "Choose a folder further inside.");
