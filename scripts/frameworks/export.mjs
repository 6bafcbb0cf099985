// Prints src/zipp/detect/frameworks.json: what Zipp needs of @vercel/frameworks, without a regular expression in it.
//
// The database matches package.json with expressions that take minutes on a file made to hurt them. Each is translated
// here, into a package's name or into plain texts; one that this file does not know ends the export, so that a new
// release is looked at instead of being trusted.
import { frameworks } from "@vercel/frameworks";
import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("@vercel/frameworks/package.json");

const LEFT_OUT = {
  "other families have detectors of their own": [
    ...["container", "hugo", "jekyll", "middleman", "zola", "ruby", "rust", "axum", "actix-web", "go"],
    ...["python", "fastapi", "flask", "fasthtml", "django"],
  ],
  "no kind of website": ["services", "ash", "factory-eve", "eve", "xmcp", "mastra"],
  "told from its successor only by a version; given up by its makers": ["sveltekit", "sanity-v2", "docusaurus"],
  "any file named server.js: Zipp looks at what is in it": ["node", "bun"],
};
const leftOut = new Set(Object.values(LEFT_OUT).flat());

const DEPENDENCY = /^"\(dev\)\?\(d\|D\)ependencies":\\s\*\{\[\^\}\]\*"([@a-z0-9\\/.-]+)":\\s\*"\.\+\?"\[\^\}\]\*\}$/;
const IMPORT = /^\(\?:from\|require\|import\)\\s\*\(\?:\\\(\\s\*\)\?\["'\]([@a-z0-9/.-]+)["']?\["'\]\\s\*\(\?:\\\)\)\?$/;
const PLAIN = /^[@A-Za-z0-9_/-]+$/;

function condition({ path, matchContent, matchPackage, ...rest }, slug) {
  if (Object.keys(rest).length) throw new Error(`${slug}: unknown condition ${JSON.stringify(rest)}`);
  if (matchPackage) return { package: matchPackage };
  if (!matchContent) return { path };
  const dependency = DEPENDENCY.exec(matchContent);
  if (dependency && path === "package.json") return { package: dependency[1].replaceAll("\\", "") };
  const imported = IMPORT.exec(matchContent);
  if (imported) return { path, contains: [`"${imported[1]}"`, `'${imported[1]}'`] };
  if (PLAIN.test(matchContent)) return { path, contains: [matchContent] };
  throw new Error(`${slug}: unknown expression ${matchContent}`);
}

// Whether every address without a file leads to index.html, which is how client-side routing is served.
function singlePage({ defaultRoutes }, slug) {
  if (!Array.isArray(defaultRoutes)) return false; // a function looks at the built files: only Gatsby has one, and pages
  const files = defaultRoutes.findIndex((route) => route.handle === "filesystem");
  const after = defaultRoutes.slice(files + 1);
  if (files < 0) return false;
  return after.some((route) => /^\/(index|200)\.html$/.test(route.dest ?? "") && matchesAll(route.src) && !route.status);
}

const matchesAll = (src) => ["/(.*)", "^.*", ".*", "^/(.*)$"].includes(src);

const value = (setting) => setting?.value || "";

function exported(framework) {
  const { slug, name, detectors = {}, supersedes = [], settings } = framework;
  const { every = [], some = [], ...rest } = detectors;
  if (Object.keys(rest).length) throw new Error(`${slug}: unknown detectors ${Object.keys(rest)}`);
  const output = value(settings.outputDirectory);
  return {
    slug,
    name,
    every: every.map((each) => condition(each, slug)),
    some: some.map((each) => condition(each, slug)),
    supersedes,
    build: value(settings.buildCommand),
    output: output === "N/A" ? "" : output,
    single_page: singlePage(framework, slug),
  };
}

const kept = frameworks.filter(({ slug }) => slug && !leftOut.has(slug)).map(exported);
const unable = kept.filter(({ every, some }) => !every.length && !some.length).map(({ slug }) => slug);
if (unable.length) throw new Error(`without a condition: ${unable}`);
const gone = [...leftOut].filter((slug) => !frameworks.some((framework) => framework.slug === slug));
if (gone.length) throw new Error(`left out, but not there any more: ${gone}`);

const header = {
  source: `@vercel/frameworks ${version}`,
  license: "Apache-2.0, Copyright 2017 Vercel, Inc.; changed by Zipp: scripts/frameworks/export.mjs tells how",
};
const lines = kept.map((framework) => `  ${JSON.stringify(framework)}`);
process.stdout.write(
  `${JSON.stringify(header, null, 1).slice(0, -2)},\n "frameworks": [\n${lines.join(",\n")}\n ]\n}\n`,
);
