import { type Folder, stripTop } from "./folder";
import { refusal } from "./problems";
import { fromFiles, type WalkOptions, walk } from "./walk";

export type ArchiveSource = { kind: "archive"; name: string; file: File };
/** `name` is "" where several loose files were dropped. */
export type FolderSource = { kind: "folder"; name: string; folder: Folder };
export type FileSource = ArchiveSource | FolderSource;

/** What was dropped or pasted: entries where the browser tells folders from files, else files alone. */
export type Dropped = { entries: readonly FileSystemEntry[]; files: readonly File[] };

const OTHER_ARCHIVE = /\.(tar|tgz|gz|bz2|xz|zst|7z|rar|dmg|iso)$/i;

/** Throws a Problem that says what can be dropped instead. */
export async function sourceOf(dropped: Dropped, options: WalkOptions = {}): Promise<FileSource> {
  const folder =
    dropped.entries.length > 0 ? await walk(dropped.entries, options) : await fromFiles(dropped.files, options);
  const named = dropped.entries.map((entry) => entry.name).concat(dropped.files.map((file) => file.name));
  const loose = folder.files.every(({ path }) => !path.includes("/"));
  if (loose && folder.files.length > 0) {
    const archive = onlyArchive(folder);
    if (archive) return archive;
  }
  if (folder.files.length === 0) throw nothing(folder, named);
  const { files, top } = stripTop(folder.files);
  const single = folder.files.length === 1 ? stem(files[0]?.path ?? "") : "";
  return { kind: "folder", name: top ?? single, folder: { ...folder, files } };
}

/** The ZIP, if that is all there is; refuses what only looks usable. */
function onlyArchive({ files }: Folder): ArchiveSource | null {
  const zips = files.filter(({ file }) => isZip(file));
  if (files.length > 1 && zips.length === files.length) {
    throw refusal("several_archives", "These are several ZIPs.", "Drop one: each deployment is one site.");
  }
  const [only] = files;
  if (files.length !== 1 || !only) return null;
  if (isZip(only.file)) return { kind: "archive", name: only.file.name, file: only.file };
  if (!OTHER_ARCHIVE.test(only.path)) return null;
  throw refusal(
    "archive_kind",
    `${shown(only.path)} is not a ZIP.`,
    "Drop a ZIP, or unpack it and drop the folder: it is packed for you.",
  );
}

function nothing(folder: Folder, names: readonly string[]) {
  const what = names.length === 1 ? shown(names[0] ?? "") : "What was dropped";
  if (folder.unreadable.length > 0) {
    return refusal("unreadable", `${what} can’t be read.`, "Check its permissions and drop it again.");
  }
  const hint =
    folder.leftOut.size > 0
      ? `Only ${[...folder.leftOut.keys()].join(", ")} was found, which is never deployed.`
      : "Drop the folder that has your site’s files.";
  return refusal("folder_empty", `${what} has no files to deploy.`, hint);
}

const isZip = (file: File): boolean => /\.zip$/i.test(file.name) || /^application\/(x-)?zip/.test(file.type);
const stem = (path: string): string => path.replace(/\.[^./]+$/, "");
const shown = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);
