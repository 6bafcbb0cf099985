// What is left to do after `next build`: compresses the files of out/, lists them in out/manifest.json for the server
// (src/zipp/api/dashboard.py), and prints how much JavaScript each page loads first. `--check` only judges that size.

import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const OUT = join(dirname(fileURLToPath(import.meta.url)), "..", "out");
const MANIFEST = "manifest.json";
const NOT_FOUND = "404.html";
const COMPRESSED = /\.(br|gz)$/;
const COMPRESS_FROM_BYTES = 1024; // one packet: less gains nothing
const FIRST_LOAD_MAX_BYTES = 200_000;
const PLACEHOLDER = "_"; // the one value of generateStaticParams in each dynamic route

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8", // Next's client takes text/plain for its own payloads
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const TEXT = /^text\/|json$|svg\+xml$|wasm$/;

const ATTRIBUTES = `(?:[^>"']|"[^"]*"|'[^']*')*`;
const SCRIPT = new RegExp(`<script(${ATTRIBUTES})>([\\s\\S]*?)</script>`, "gi");
const STYLE = new RegExp(`<style(${ATTRIBUTES})>([\\s\\S]*?)</style>`, "gi");
const TAG = new RegExp(`<[a-z](${ATTRIBUTES})>`, "gi");

const say = (line) => process.stdout.write(`${line}\n`);
const complain = (line) => process.stderr.write(`${line}\n`);

const attribute = (attributes, name) => attributes.match(new RegExp(`\\s${name}="([^"]*)"`, "i"))?.[1];
const has = (attributes, name) => new RegExp(`\\s${name}(?:[\\s=/]|$)`, "i").test(attributes);

/** As Content-Security-Policy names an inline element; browsers hash what is left once line ends are normalised. */
function policyHash(text) {
  return `sha256-${createHash("sha256").update(text.replace(/\r\n?/g, "\n")).digest("base64")}`;
}

function inlineHashes(html, element) {
  const inline = [...html.matchAll(element)].filter(([, attributes]) => !has(attributes, "src"));
  return [...new Set(inline.map(([, , text]) => policyHash(text)))];
}

/** What a strict policy has no hash for: handlers and styles in attributes. They would silently not work. */
function inlineAttributes(html) {
  const withoutElements = html.replace(SCRIPT, "").replace(STYLE, "");
  const tags = [...withoutElements.matchAll(TAG)];
  return tags.filter(([, attributes]) => /\s(?:style|on[a-z]+)\s*=/i.test(attributes.replace(/="[^"]*"/g, "=")));
}

/** The scripts that a browser of today loads with the page, dynamic imports not among them. */
function firstScripts(html) {
  const scripts = [...html.matchAll(SCRIPT)].map(([, attributes]) => attributes);
  const loaded = scripts.filter((attributes) => has(attributes, "src") && !has(attributes, "nomodule"));
  return [...new Set(loaded.map((attributes) => attribute(attributes, "src").split("?")[0]))];
}

async function exportedFiles() {
  const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return files.map((entry) => relative(OUT, join(entry.parentPath ?? entry.path, entry.name))).sort();
}

/** /index.html is /, /deploy.html is /deploy; the rest keeps its name. */
function addressOf(file) {
  return `/${file}`.replace(/(?:\/index)?\.html$/, "") || "/";
}

async function compressed(file, content) {
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const made = {
    br: await promisify(brotliCompress)(content, brotli),
    gz: await promisify(gzip)(content, { level: 9 }),
  };
  for (const [suffix, bytes] of Object.entries(made)) await writeFile(join(OUT, `${file}.${suffix}`), bytes);
  return ["br", "gzip"];
}

/** What the page's policy allows inline: what the page holds, and what libraries add later. */
async function inlineParts(html) {
  return {
    scripts: inlineHashes(html, SCRIPT),
    styles: inlineHashes(html, STYLE),
  };
}

async function described(file) {
  const type = TYPES[extname(file)];
  if (!type) throw new Error(`${file}: scripts/finish.mjs knows no media type for this name.`);
  const content = await readFile(join(OUT, file));
  const worthIt = TEXT.test(type.split(";")[0]) && content.length > COMPRESS_FROM_BYTES;
  const entry = {
    file,
    type,
    immutable: file.startsWith("_next/static/"),
    encodings: worthIt ? await compressed(file, content) : [],
  };
  if (!file.endsWith(".html")) return entry;
  return { ...entry, ...(await inlineParts(content.toString())) };
}

/** /sites/ where there is a page /sites/_ : any name stands in its place. */
function dynamicPrefixes(files) {
  const places = files.filter((file) => file.endsWith(`/${PLACEHOLDER}.html`));
  return places.map((file) => `/${file.slice(0, -`${PLACEHOLDER}.html`.length)}`);
}

async function writeManifest(files) {
  const served = files.filter((file) => file !== NOT_FOUND && file !== "_not-found.html");
  const entries = await Promise.all(served.map(async (file) => [addressOf(file), await described(file)]));
  const manifest = {
    version: 1,
    dynamic: dynamicPrefixes(served),
    notFound: await described(NOT_FOUND),
    files: Object.fromEntries(entries),
  };
  await writeFile(join(OUT, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
}

async function warnOfInlineAttributes(pages) {
  for (const page of pages) {
    const [first] = inlineAttributes(await readFile(join(OUT, page), "utf8"));
    if (first) complain(`${page}: the policy forbids styles and handlers in attributes: ${first[0].slice(0, 120)}`);
  }
}

const sizes = new Map();

async function gzippedBytes(address) {
  if (!sizes.has(address)) {
    sizes.set(address, (await promisify(gzip)(await readFile(join(OUT, address.slice(1))), { level: 9 })).length);
  }
  return sizes.get(address);
}

async function firstLoad(page) {
  const scripts = firstScripts(await readFile(join(OUT, page), "utf8"));
  const bytes = await Promise.all(scripts.map(gzippedBytes));
  return bytes.reduce((sum, size) => sum + size, 0);
}

/** Prints each page's first load; whether all are small enough. */
async function reportFirstLoad(pages) {
  let small = true;
  for (const page of pages) {
    const bytes = await firstLoad(page);
    const over = bytes > FIRST_LOAD_MAX_BYTES;
    small &&= !over;
    say(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${addressOf(page)}${over ? "  too large" : ""}`);
  }
  const limit = FIRST_LOAD_MAX_BYTES / 1000;
  if (!small) complain(`First-load JavaScript is at most ${limit} kB gzipped: import heavy parts dynamically.`);
  return small;
}

const checkOnly = process.argv.includes("--check");
const found = await exportedFiles().catch(() => []);
if (!found.includes("index.html")) {
  complain("web/out has no index.html: run `npm run build` first.");
  process.exit(1);
}
const files = found.filter((file) => !COMPRESSED.test(file) && file !== MANIFEST);
const pages = files.filter((file) => file.endsWith(".html") && file !== "_not-found.html");
if (!checkOnly) {
  const stale = found.filter((file) => COMPRESSED.test(file));
  await Promise.all(stale.map((file) => rm(join(OUT, file))));
  await writeManifest(files);
  await warnOfInlineAttributes(pages);
}
const small = await reportFirstLoad(pages);
process.exit(checkOnly && !small ? 1 : 0);
