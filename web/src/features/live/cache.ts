import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import type { Deployment, DeploymentList, Site } from "@/lib/api";
import { type DeploymentFilter, keys } from "@/lib/queries";

type Pages = InfiniteData<DeploymentList, string | null>;

/** What the stream tells, into the cache that the pages read. */
export function applyDeployment(client: QueryClient, deployment: Deployment): void {
  set<Deployment>(client, keys.deployment(deployment.id), () => deployment);
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: keys.deployments })) {
    const filter = (key[1] ?? {}) as DeploymentFilter;
    if (pages) set<Pages>(client, key, () => withDeployment(pages, deployment, filter));
  }
  const follow = (site: Site): Site => (isNewest(site, deployment) ? { ...site, latest: deployment } : site);
  set<Site>(client, keys.site(deployment.site), (site) => site && follow(site));
  set<Site[]>(client, keys.sites, (sites) =>
    sites?.map((site) => (site.name === deployment.site ? follow(site) : site)),
  );
}

export function applyDeploymentDeleted(client: QueryClient, { id }: { id: string; site: string }): void {
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: keys.deployments })) {
    if (pages) set<Pages>(client, key, () => mapItems(pages, (items) => items.filter((item) => item.id !== id)));
  }
  void client.resetQueries({ queryKey: keys.deployment(id) });
}

export function applySite(client: QueryClient, site: Site): void {
  const before = client.getQueryData<Site>(keys.site(site.name))?.live_deployment;
  set<Site>(client, keys.site(site.name), () => site);
  set<Site[]>(client, keys.sites, (sites) => sites && withSite(sites, site));
  // Which of its deployments is live, and which can be rolled back to, stands in each of them.
  if (before !== undefined && before !== site.live_deployment) {
    void client.invalidateQueries({ queryKey: keys.deployments });
  }
}

export function applySiteDeleted(client: QueryClient, { name }: { name: string }): void {
  set<Site[]>(client, keys.sites, (sites) => sites?.filter((site) => site.name !== name));
  void client.resetQueries({ queryKey: keys.site(name) });
  void client.invalidateQueries({ queryKey: keys.deployments });
}

/** A connection began: whatever happened before it was not told. What the platform is stays the same. */
export function applyReady(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.config[0] });
}

/** An answer under way may be older than what the stream just told: it is asked for again. */
function set<T>(client: QueryClient, key: QueryKey, change: (old: T | undefined) => T | undefined): void {
  client.setQueryData<T>(key, change);
  if (client.isFetching({ queryKey: key, exact: true }) > 0) {
    void client.invalidateQueries({ queryKey: key, exact: true });
  }
}

function isNewest(site: Site, deployment: Deployment): boolean {
  return site.latest === null || site.latest.id <= deployment.id; // ids sort by time
}

export function withSite(sites: Site[], site: Site): Site[] {
  const others = sites.filter((each) => each.name !== site.name);
  return [...others, site].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function withDeployment(pages: Pages, deployment: Deployment, filter: DeploymentFilter): Pages {
  const fits =
    (!filter.site || filter.site === deployment.site) && (!filter.status || filter.status.includes(deployment.status));
  const known = pages.pages.some((page) => page.items.some((item) => item.id === deployment.id));
  if (known) {
    return mapItems(pages, (items) =>
      items.flatMap((item) => (item.id === deployment.id ? (fits ? [deployment] : []) : [item])),
    );
  }
  const newest = pages.pages[0]?.items[0];
  if (!fits || (newest !== undefined && newest.id > deployment.id)) return pages;
  const [first, ...rest] = pages.pages;
  return first ? { ...pages, pages: [{ ...first, items: [deployment, ...first.items] }, ...rest] } : pages;
}

function mapItems(pages: Pages, change: (items: Deployment[]) => Deployment[]): Pages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
