import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import {
  getDeployment,
  getSite,
  type HealthReport,
  health,
  listDeployments,
  listInvites,
  listSites,
  listTokens,
  listUsers,
  me,
  type Status,
  signInConfig,
} from "./api";
import { everyPage } from "./pages";

export type DeploymentFilter = { site?: string; status?: Status[] };

/** The cache's keys. A prefix (`keys.deployments`) invalidates everything below it. */
export const keys = {
  config: ["config"],
  me: ["me"],
  sites: ["sites"],
  site: (name: string) => ["site", name],
  deployments: ["deployments"],
  deploymentsOf: (filter: DeploymentFilter) => ["deployments", filter],
  deployment: (id: string) => ["deployment", id],
  health: ["health"],
  tokens: ["tokens"],
  users: ["users"],
  invites: ["invites"],
} as const;

/** What the platform tells everybody: whether it is set up, who may sign up, its limits. */
export const configQuery = () =>
  queryOptions({ queryKey: keys.config, queryFn: ({ signal }) => signInConfig({ signal }), staleTime: 5 * 60_000 });

export const meQuery = () => queryOptions({ queryKey: keys.me, queryFn: ({ signal }) => me({ signal }) });

/** All sites that the caller may see, by name. */
export const sitesQuery = () =>
  queryOptions({
    queryKey: keys.sites,
    queryFn: ({ signal }) => everyPage((cursor) => listSites({ query: { limit: 100, ...cursor }, signal })),
  });

export const siteQuery = (name: string) =>
  queryOptions({ queryKey: keys.site(name), queryFn: ({ signal }) => getSite({ path: { name }, signal }) });

/** Newest first, a page at a time. */
export const deploymentsQuery = (filter: DeploymentFilter = {}) =>
  infiniteQueryOptions({
    queryKey: keys.deploymentsOf(filter),
    queryFn: ({ pageParam, signal }) =>
      listDeployments({ query: { ...filter, limit: 20, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.deployment(id),
    queryFn: ({ signal }) => getDeployment({ path: { deployment_id: id }, signal }),
  });

/** A platform that is down answers 503 with the same report: that is an answer, not a failure of the page. */
export const healthQuery = () =>
  queryOptions({ queryKey: keys.health, queryFn: ({ signal }) => healthReport(signal), refetchInterval: 10_000 });

export const tokensQuery = () =>
  queryOptions({ queryKey: keys.tokens, queryFn: async ({ signal }) => (await listTokens({ signal })).items });

export const usersQuery = () =>
  queryOptions({
    queryKey: keys.users,
    queryFn: ({ signal }) => everyPage((cursor) => listUsers({ query: { limit: 200, ...cursor }, signal })),
  });

export const invitesQuery = () =>
  queryOptions({ queryKey: keys.invites, queryFn: async ({ signal }) => (await listInvites({ signal })).items });

async function healthReport(signal: AbortSignal): Promise<HealthReport> {
  const fetchAnyway: typeof fetch = async (...request) => {
    const answer = await fetch(...request);
    const isReport = answer.status === 503 && answer.headers.get("Content-Type") === "application/json";
    return isReport ? new Response(answer.body, { status: 200, headers: answer.headers }) : answer;
  };
  return health({ signal, fetch: fetchAnyway });
}
