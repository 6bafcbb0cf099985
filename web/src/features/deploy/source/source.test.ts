import { describe, expect, it } from "vitest";
import { problemOf } from "@/lib/problem";
import { fakeEntries, relativeFile } from "./fake-entries";
import { type Dropped, type FileSource, type FolderSource, sourceOf } from "./source";
import { walk } from "./walk";

const dropped = (tree: Parameters<typeof fakeEntries>[0]): Dropped => ({ entries: fakeEntries(tree), files: [] });
const chosen = (...files: File[]): Dropped => ({ entries: [], files });

function folderOf(source: FileSource): FolderSource {
  if (source.kind !== "folder") throw new Error("not a folder");
  return source;
}

const pathsOf = (source: FileSource) =>
  folderOf(source)
    .folder.files.map(({ path }) => path)
    .sort();

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error: unknown) => problemOf(error).code,
  );

describe("a dropped folder", () => {
  it("is taken without its own name, which names the site", async () => {
    const source = await sourceOf(dropped({ shop: { "index.html": "hi", css: { "a.css": "a" } } }));
    expect(folderOf(source).name).toBe("shop");
    expect(pathsOf(source)).toEqual(["css/a.css", "index.html"]);
    expect(folderOf(source).folder.bytes).toBe(3);
  });

  it("is read to its end, though a browser gives a hundred entries at a time", async () => {
    const many = Object.fromEntries(Array.from({ length: 1_234 }, (_, index) => [`f${index}.txt`, "x"]));
    const counts: number[] = [];
    const { files } = await walk(fakeEntries({ top: { inner: many } }), { onProgress: (count) => counts.push(count) });
    expect(files).toHaveLength(1_234);
    expect(counts.at(-1)).toBe(1_234);
  });

  it("leaves out what is installed or strewn about, and says so", async () => {
    const source = await sourceOf(
      dropped({
        shop: {
          node_modules: { a: { "index.js": "x" } },
          ".git": { HEAD: "x" },
          ".DS_Store": "x",
          "app.js": "x",
          packages: { web: { node_modules: { "b.js": "x" }, ".DS_Store": "x", "index.js": "x" } },
          api: { __pycache__: { "a.pyc": "x" }, ".venv": { "c.py": "x" }, "main.py": "x" },
          ".env.example": "x",
          dist: { "index.html": "x" },
        },
      }),
    );
    expect(pathsOf(source)).toEqual([
      ".env.example",
      "api/main.py",
      "app.js",
      "dist/index.html",
      "packages/web/index.js",
    ]);
    expect(Object.fromEntries(folderOf(source).folder.leftOut)).toEqual({
      node_modules: 2,
      ".git": 1,
      ".DS_Store": 2,
      __pycache__: 1,
      ".venv": 1,
    });
  });

  it("keeps what can be read and names what can't", async () => {
    const source = await sourceOf(dropped({ shop: { "index.html": "hi", locked: { "secret.txt": null } } }));
    expect(pathsOf(source)).toEqual(["index.html"]);
    expect(folderOf(source).folder.unreadable).toEqual(["shop/locked/secret.txt"]);
  });

  it("strips one common folder only", async () => {
    expect(pathsOf(await sourceOf(dropped({ a: { b: { "c.txt": "x" } } })))).toEqual(["b/c.txt"]);
    expect(pathsOf(await sourceOf(dropped({ a: { "c.txt": "x" }, ab: { "d.txt": "x" } })))).toEqual([
      "a/c.txt",
      "ab/d.txt",
    ]);
  });

  it("in circles is refused at a depth", async () => {
    let tree: Parameters<typeof fakeEntries>[0] = { "end.txt": "x" };
    for (let depth = 0; depth < 130; depth += 1) tree = { a: tree };
    expect(await codeOf(sourceOf(dropped(tree)))).toBe("too_deep");
  });

  it("can be stopped while it is read", async () => {
    const stop = new AbortController();
    const reading = sourceOf(dropped({ a: { b: { c: { "d.txt": "x" } } } }), { signal: stop.signal });
    stop.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("loose files", () => {
  it("are a folder without a name", async () => {
    const source = await sourceOf(dropped({ "index.html": "x", "style.css": "x", img: { "a.png": "x" } }));
    expect(folderOf(source).name).toBe("");
    expect(pathsOf(source)).toEqual(["img/a.png", "index.html", "style.css"]);
  });

  it("a single one names the site", async () => {
    const source = await sourceOf(chosen(new File(["x"], "portfolio.html")));
    expect(folderOf(source).name).toBe("portfolio");
  });

  it("a ZIP among them is one of them", async () => {
    expect(pathsOf(await sourceOf(dropped({ "index.html": "x", "downloads.zip": "x" })))).toHaveLength(2);
  });
});

describe("a folder field", () => {
  it("gives the same as dropping does", async () => {
    const source = await sourceOf(
      chosen(
        relativeFile("shop/index.html"),
        relativeFile("shop/node_modules/a/index.js"),
        relativeFile("shop/node_modules/b/index.js"),
        relativeFile("shop/web/node_modules/c.js"),
        relativeFile("shop/.DS_Store"),
        relativeFile("shop/css/a.css"),
      ),
    );
    expect(folderOf(source).name).toBe("shop");
    expect(pathsOf(source)).toEqual(["css/a.css", "index.html"]);
    expect(Object.fromEntries(folderOf(source).folder.leftOut)).toEqual({ node_modules: 2, ".DS_Store": 1 });
  });
});

describe("an archive", () => {
  it("is sent as it is", async () => {
    const source = await sourceOf(dropped({ "My Site.ZIP": "PK" }));
    expect(source).toMatchObject({ kind: "archive", name: "My Site.ZIP" });
  });

  it.each(["a.tar.gz", "a.rar", "a.7z"])("%s is refused with a way out", async (name) => {
    expect(await codeOf(sourceOf(dropped({ [name]: "x" })))).toBe("archive_kind");
  });

  it("two are refused", async () => {
    expect(await codeOf(sourceOf(dropped({ "a.zip": "x", "b.zip": "x" })))).toBe("several_archives");
  });
});

describe("nothing useful", () => {
  it.each([
    ["an empty folder", { a: {} }, "folder_empty"],
    ["only dependencies", { node_modules: { "a.js": "x" } }, "folder_empty"],
    ["what can't be read", { a: { "b.txt": null } }, "unreadable"],
  ])("%s is refused", async (_, tree, code) => {
    expect(await codeOf(sourceOf(dropped(tree)))).toBe(code);
  });

  it("is refused where there was no file at all", async () => {
    expect(await codeOf(sourceOf({ entries: [], files: [] }))).toBe("folder_empty");
  });
});
