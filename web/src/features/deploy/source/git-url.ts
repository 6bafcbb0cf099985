/** What a Git address says: pages of code hosts name a branch and a folder beside the repository. */
export type GitAddress = { url: string; ref: string; subdirectory: string; token: string };

const CODE_HOSTS = /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|git\.sr\.ht|gitea\.com)$/i;
const SCP = /^(?:[\w.-]+@)[\w.-]+:[^\s:]+$/;
const MAX_LENGTH = 2048;

/** Whether a pasted text is most likely meant as a repository. */
export function looksLikeGit(text: string): boolean {
  const word = addressIn(text);
  if (word === "" || word.length > MAX_LENGTH || /\s/.test(word)) return false;
  if (/^(?:ssh|git):\/\//i.test(word)) return true;
  const url = webUrl(word);
  if (url === null) return SCP.test(word);
  const isRepository = segments(url).length >= 2 && (CODE_HOSTS.test(url.hostname) || /(^|\.)git/i.test(url.hostname));
  return isRepository || /\.git\/?$/.test(url.pathname) || /^git clone\s/.test(text.trim());
}

/** Takes an address apart. What is not understood stays as it was typed: the platform judges it. */
export function readGitAddress(text: string): GitAddress {
  const word = addressIn(text);
  const url = webUrl(word);
  if (url === null) return { url: word, ref: "", subdirectory: "", token: "" };
  const token = credentials(url);
  const parts = segments(url);
  const page = pageOf(url.hostname, parts);
  const path = page === null ? url.pathname.replace(/\/+$/, "") : `/${parts.slice(0, page.length).join("/")}`;
  return { url: url.origin + path, ref: page?.ref ?? "", subdirectory: page?.subdirectory ?? "", token };
}

/** Why it can't be a repository's address; null when the platform may be asked. */
export function gitUrlProblem(url: string): string | null {
  if (url === "") return "Give the repository’s address.";
  const isAddress = SCP.test(url) || /^(?:https?|ssh):\/\/[^/\s]+\/\S+$/i.test(url);
  return isAddress ? null : "Give an address such as https://code.example.com/owner/repository.";
}

/** "git@code.example.com:me/site.git" as the https address that it usually has too; null for other addresses. */
export function httpsInstead(url: string): string | null {
  const scp = /^(?:[\w.-]+@)([\w.-]+):([^\s:]+)$/.exec(url) ?? /^ssh:\/\/(?:[\w.-]+@)?([\w.-]+)\/(\S+)$/.exec(url);
  return scp ? `https://${scp[1]}/${scp[2]?.replace(/^\/+/, "")}` : null;
}

/** Also out of a copied command: `git clone --depth 1 https://… folder`. */
function addressIn(text: string): string {
  const line = text.trim();
  if (!line.startsWith("git clone ")) return line.replace(/^["'<]|["'>]$/g, "");
  const words = line.slice(0, MAX_LENGTH).split(/\s+/);
  return (words.find((word) => word.includes("://") || SCP.test(word)) ?? line).replace(/^["']|["']$/g, "");
}

function webUrl(word: string): URL | null {
  const host = /^[\w.-]+(?=\/)/.exec(word)?.[0];
  const full = host !== undefined && CODE_HOSTS.test(host) ? `https://${word}` : word;
  if (!/^https?:\/\//i.test(full)) return null;
  try {
    return new URL(full);
  } catch {
    return null;
  }
}

const segments = (url: URL): string[] => url.pathname.split("/").filter(Boolean);

function credentials(url: URL): string {
  const user = decoded(url.username);
  const password = decoded(url.password);
  return user && password ? `${user}:${password}` : user || password;
}

type CodePage = { ref: string; subdirectory: string; length: number };

/** Of the pages that a code host has for a repository: how many segments name it, and what the others say. */
function pageOf(host: string, parts: string[]): CodePage | null {
  const dash = parts.indexOf("-"); // GitLab, on any host
  if (dash >= 2) return at(parts, dash, parts[dash + 1] === "tree" ? dash + 2 : -1);
  if (!CODE_HOSTS.test(host) || parts.length <= 2) return null;
  if (/gitlab/i.test(host)) return null; // groups in groups
  const [, , kind, second] = parts;
  if (kind === "tree") return at(parts, 2, 3);
  if (kind === "src" && (second === "branch" || second === "tag" || second === "commit")) return at(parts, 2, 4);
  if (kind === "src" || kind === "commit") return at(parts, 2, 3);
  return at(parts, 2, -1);
}

function at(parts: string[], length: number, refIndex: number): CodePage {
  const ref = refIndex < 0 ? "" : decoded(parts[refIndex] ?? "");
  return {
    ref,
    subdirectory:
      refIndex < 0
        ? ""
        : parts
            .slice(refIndex + 1)
            .map(decoded)
            .join("/"),
    length,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
