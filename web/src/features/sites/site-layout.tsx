"use client";

import { useQuery } from "@tanstack/react-query";
import { Globe, Rocket, Unplug } from "lucide-react";
import Link from "next/link";
import { createContext, type ReactNode, useContext } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { StatusBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { problemOf, type Site } from "@/lib/api";
import { useSiteName } from "@/lib/params";
import { paths } from "@/lib/paths";
import { siteQuery } from "@/lib/queries";
import { SiteAddress } from "./site-address";
import { TabLinks } from "./tab-links";

const SiteContext = createContext<Site | null>(null);

/** Around every page of a site: they are shown once the site is there, and read it by useSite. */
export function SiteLayout({ children }: { children: ReactNode }) {
  const name = useSiteName();
  const { data: site, error, refetch } = useQuery(siteQuery(name));
  if (error && problemOf(error).status === 404) return <NoSuchSite name={name} />;
  if (site === undefined && error) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <>
      <SiteHeader name={name} site={site} />
      <TabLinks label="Site" tabs={tabsOf(name)} />
      {site ? <SiteContext value={site}>{children}</SiteContext> : <Skeleton className="h-48 w-full rounded-xl" />}
    </>
  );
}

/** The site whose page this is. */
export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === null) throw new Error("useSite() is for pages inside SiteLayout");
  return site;
}

function tabsOf(name: string) {
  return [
    { href: paths.site(name), label: "Overview" },
    { href: paths.siteLogs(name), label: "Runtime log" },
    { href: paths.siteEnvironment(name), label: "Environment" },
    { href: paths.siteDomains(name), label: "Domains" },
    { href: paths.siteSettings(name), label: "Settings" },
  ];
}

function SiteHeader({ name, site }: { name: string; site: Site | undefined }) {
  return (
    <header className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 max-w-full">
        <div className="flex min-w-0 items-center gap-3">
          <h1 className="truncate font-semibold text-xl tracking-tight">{name}</h1>
          {site ? <StatusBadge status={site.status} /> : <Skeleton className="h-5 w-16" />}
        </div>
        {site ? <SiteAddress url={site.url} className="mt-0.5 h-6" /> : <Skeleton className="mt-1 h-5 w-56" />}
      </div>
      <Button asChild>
        <Link href={paths.deploy(name)}>
          <Rocket aria-hidden /> Deploy new version
        </Link>
      </Button>
    </header>
  );
}

function NoSuchSite({ name }: { name: string }) {
  return (
    <>
      <PageHeader title={name} />
      <EmptyState
        icon={Unplug}
        title="There is no such site"
        action={
          <Button asChild variant="outline">
            <Link href={paths.dashboard}>
              <Globe aria-hidden /> All sites
            </Link>
          </Button>
        }
      >
        It may have been deleted, or it belongs to somebody else.
      </EmptyState>
    </>
  );
}
