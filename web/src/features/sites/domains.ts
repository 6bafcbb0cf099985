/** What a site's own domains need to be. The API decides (domain/names.py); this says it while one types. */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_DOMAINS = 50;

/** "https://WWW.example.com./x" is pasted often: what is meant is the host name in it. */
export function hostOf(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/?#].*$/, "")
    .replace(/:\d+$/, "");
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

export function domainProblem(host: string, taken: readonly string[], baseDomain: string): string | null {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (host.length > 253 || labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(last)) {
    return "Give a full host name such as www.example.com.";
  }
  if (taken.includes(host)) return "This site has that domain already.";
  if (host === baseDomain || host.endsWith(`.${baseDomain}`)) {
    return `Names below ${baseDomain} are given by the site’s name.`;
  }
  return taken.length >= MAX_DOMAINS ? `A site has at most ${MAX_DOMAINS} domains.` : null;
}

/** Where the site answers under another host: the same scheme and port as its own address. */
export function domainUrl(siteUrl: string, host: string): string {
  try {
    const url = new URL(siteUrl);
    return `${url.protocol}//${host}${url.port ? `:${url.port}` : ""}`;
  } catch {
    return `http://${host}`;
  }
}

export interface DnsRecord {
  type: "CNAME" | "A";
  name: string;
  /** Null where only the people who run the platform know it: its public address. */
  value: string | null;
}

/**
 * A CNAME follows the platform when its address changes, but a domain's own name (its apex) can't have one, and a
 * platform at a name that only this machine knows can't be the target of any.
 */
export function dnsRecords(host: string, siteUrl: string): DnsRecord[] {
  const address: DnsRecord = { type: "A", name: host, value: null };
  const target = hostOf(siteUrl);
  const isLocal = /(^|\.)(localhost|local|test|internal|example)$/.test(target);
  const isApex = host.split(".").length === 2;
  return isLocal || isApex ? [address] : [{ type: "CNAME", name: host, value: target }];
}
