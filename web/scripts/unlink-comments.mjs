// The generated client's comments link to package pages on the web: the names are enough. Its folder is the argument.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const LINK = /\{@link https?:\/\/\S+ (`[^`]+`)\}/g;

const [folder] = process.argv.slice(2);
for (const name of await readdir(folder, { recursive: true })) {
  if (!name.endsWith(".ts")) continue;
  const path = join(folder, name);
  const text = await readFile(path, "utf8");
  const unlinked = text.replaceAll(LINK, "$1");
  if (unlinked !== text) await writeFile(path, unlinked);
}
