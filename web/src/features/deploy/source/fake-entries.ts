/** Dropped things for tests, as Chromium gives them: a hundred entries at a time at most, and callbacks. */
type Tree = { [name: string]: string | Tree | null };

const BATCH = 100;

/** A string is a file's text, null a thing that can't be read. */
export function fakeEntries(tree: Tree): FileSystemEntry[] {
  return Object.entries(tree).map(([name, content]) =>
    typeof content === "object" && content !== null ? folderEntry(name, content) : fileEntry(name, content),
  );
}

function fileEntry(name: string, text: string | null): FileSystemEntry {
  const file = (done: FileCallback, failed?: ErrorCallback) => {
    if (text === null) failed?.(new DOMException("no", "NotReadableError"));
    else done(new File([text], name));
  };
  return { ...common(name), isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
}

function folderEntry(name: string, tree: Tree): FileSystemEntry {
  const createReader = () => {
    const left = fakeEntries(tree);
    const readEntries = (done: FileSystemEntriesCallback) => setTimeout(() => done(left.splice(0, BATCH)));
    return { readEntries };
  };
  return { ...common(name), isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
}

const common = (name: string) => ({ name, fullPath: `/${name}` });

/** As a folder field gives it. */
export function relativeFile(path: string, text = "x"): File {
  const file = new File([text], path.slice(path.lastIndexOf("/") + 1));
  Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}
