import type { Deployment } from "@/lib/api";

type Source = Deployment["source"];

export interface SourceText {
  kind: Source["kind"];
  /** What people call it: the archive's file name, or the repository as owner/name. */
  label: string;
  /** The branch or tag, and the commit in short; empty for an archive. */
  revision: string;
  /** The whole of it, for a tooltip. */
  full: string;
}

const SHORT_COMMIT = 7;

export function sourceText(source: Source): SourceText {
  if (source.kind === "zip") {
    return { kind: "zip", label: source.filename || "archive.zip", revision: "", full: source.filename };
  }
  const commit = source.commit?.slice(0, SHORT_COMMIT) ?? "";
  const ref = source.ref && source.ref !== source.commit ? source.ref : "";
  return {
    kind: "git",
    label: repositoryName(source.url),
    revision: [ref, commit].filter(Boolean).join(" @ "),
    full: [source.url, source.ref, source.commit].filter(Boolean).join(" "),
  };
}

/** "https://host/me/site.git" and "git@host:me/site" are both "me/site". */
function repositoryName(url: string): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/^[^/:]*:/, "");
  const parts = path
    .replace(/[?#].*$/, "")
    .split("/")
    .filter(Boolean);
  return (
    parts
      .slice(-2)
      .join("/")
      .replace(/\.git$/, "") || url
  );
}
