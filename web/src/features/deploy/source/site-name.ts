/** The rules of src/zipp/domain/names.py, so that a name is judged and suggested while it is typed. */
const SITE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const ARCHIVE_SUFFIXES = [".zip", ".git"];

export const RESERVED: ReadonlySet<string> = new Set([
  "api",
  "www",
  "zipp",
  "admin",
  "dashboard",
  "app",
  "mail",
  "localhost",
  "status",
]);

/** Why `name` can't be a site's, in words; null when it can. */
export function siteNameProblem(name: string): string | null {
  if (name === "") return "Give the site a name.";
  if (name.length > 40) return `At most 40 characters: this has ${name.length}.`;
  if (/[^a-z0-9-]/.test(name)) return "Only a-z, 0-9 and “-”.";
  if (!SITE_NAME.test(name)) return "It has to start and end with a letter or a digit.";
  return RESERVED.has(name) ? `“${name}” is reserved. Choose another name.` : null;
}

/** A site's name from an archive's file name, a folder's or a repository's URL: "My Site (1).zip" -> "my-site-1". */
export function deriveSiteName(origin: string): string {
  let stem = lastSegment(pathOf(origin));
  for (const suffix of ARCHIVE_SUFFIXES) {
    if (stem.toLowerCase().endsWith(suffix)) stem = stem.slice(0, -suffix.length);
  }
  const ascii = [...stem.normalize("NFKD")].filter((each) => each <= "\x7f").join("");
  const slug = trimHyphens(ascii.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  const name = trimHyphens(slug.slice(0, 40)) || "site";
  return RESERVED.has(name) ? `${name.slice(0, 35)}-site` : name;
}

function pathOf(origin: string): string {
  const scheme = origin.indexOf("://");
  if (scheme < 0) return origin.slice(origin.lastIndexOf(":") + 1);
  const rest = origin.slice(scheme + 3).split(/[?#]/, 1)[0] ?? "";
  const slash = rest.indexOf("/");
  return slash < 0 ? "" : unquoted(rest.slice(slash + 1));
}

function lastSegment(path: string): string {
  const segments = path.replaceAll("\\", "/").split("/");
  return segments.filter((each) => each !== "" && each !== ".").at(-1) ?? "";
}

// One hyphen at most is at each end: runs of what can't be in a name have become one.
const trimHyphens = (text: string): string => text.replace(/^-/, "").replace(/-$/, "");

/** Unlike decodeURIComponent it takes any text: a stray "%" stays what it is. */
function unquoted(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.slice(1).split("%");
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
  });
}
