import { refusal } from "./problems";

export type PackFile = { readonly path: string; readonly file: File };

/** What will be packed. `leftOut`: how often each name was passed over; `unreadable`: paths the browser may not read. */
export type Folder = {
  files: PackFile[];
  bytes: number;
  leftOut: Map<string, number>;
  unreadable: string[];
};

// The format without its 64-bit extension, which the packer does not write, ends here.
export const MAX_FILES = 65_535;
export const MAX_DEPTH = 100;

/** Installed or made again, history, and what desktops strew about: never part of a deployment, at any depth. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "node_modules",
  ".git",
  ".venv",
  "__pycache__",
  "__MACOSX",
  ".DS_Store",
  "Thumbs.db",
]);

export const isLeftOut = (name: string): boolean => LEFT_OUT.has(name);

export const emptyFolder = (): Folder => ({ files: [], bytes: 0, leftOut: new Map(), unreadable: [] });

export function add(folder: Folder, file: PackFile) {
  if (folder.files.length >= MAX_FILES) {
    throw refusal(
      "too_many_files",
      `The folder has more than ${MAX_FILES.toLocaleString("en")} files.`,
      "Leave out what can be made again, or deploy from Git.",
    );
  }
  folder.files.push(file);
  folder.bytes += file.file.size;
}

export function leaveOut(folder: Folder, name: string) {
  folder.leftOut.set(name, (folder.leftOut.get(name) ?? 0) + 1);
}

/** Without the one folder that everything lies in, and that folder's name; null where there is no such folder. */
export function stripTop(files: readonly PackFile[]): { files: PackFile[]; top: string | null } {
  const top = files[0]?.path.split("/", 1)[0] ?? "";
  if (!files.every(({ path }) => path.startsWith(`${top}/`))) return { files: [...files], top: null };
  return { files: files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file })), top };
}

/** The same folder without one file, which is named among what was left out. */
export function without(folder: Folder, path: string): Folder {
  const gone = folder.files.find((each) => each.path === path);
  if (!gone) return folder;
  const leftOut = new Map(folder.leftOut).set(path, 1);
  return {
    ...folder,
    leftOut,
    files: folder.files.filter((each) => each !== gone),
    bytes: folder.bytes - gone.file.size,
  };
}
