import type { Site } from "@/lib/api";
import { sourceText } from "./source";

/** Newest activity first; where nothing was deployed yet, the site's own beginning counts. */
export function byActivity(sites: readonly Site[]): Site[] {
  const when = (site: Site) => site.latest?.created_at ?? site.created_at;
  return [...sites].sort((one, other) => when(other).localeCompare(when(one)) || one.name.localeCompare(other.name));
}

/** Every word must be found somewhere: in the name, a domain, the framework, the status or the last source. */
export function matching(sites: readonly Site[], text: string): Site[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...sites];
  return sites.filter((site) => {
    const haystack = textOf(site);
    return words.every((word) => haystack.includes(word));
  });
}

function textOf(site: Site): string {
  const source = site.latest ? sourceText(site.latest.source) : null;
  const parts = [site.name, ...site.domains, site.framework, site.status, source?.label, source?.revision];
  return parts.filter(Boolean).join(" ").toLowerCase();
}
