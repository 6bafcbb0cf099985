/** The addresses of the pages, in one place. */
export const paths = {
  dashboard: "/",
  deploy: (site?: string) => (site ? `/deploy?site=${encodeURIComponent(site)}` : "/deploy"),
  login: (next?: string) => (next && next !== "/" ? `/login?next=${encodeURIComponent(next)}` : "/login"),
  signup: "/signup",
  setup: "/setup",
  site: (name: string) => `/sites/${encodeURIComponent(name)}`,
  siteLogs: (name: string) => `/sites/${encodeURIComponent(name)}/logs`,
  siteEnvironment: (name: string) => `/sites/${encodeURIComponent(name)}/environment`,
  siteDomains: (name: string) => `/sites/${encodeURIComponent(name)}/domains`,
  siteSettings: (name: string) => `/sites/${encodeURIComponent(name)}/settings`,
  deployment: (id: string) => `/deployments/${encodeURIComponent(id)}`,
  settings: "/settings",
  tokens: "/settings/tokens",
  members: "/settings/members",
  health: "/settings/health",
} as const;
