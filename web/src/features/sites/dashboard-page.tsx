"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, Search } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useState } from "react";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { DropAnywhere } from "@/features/deploy/drop-anywhere";
import { LazyDeployPanel } from "@/features/deploy/lazy-deploy-panel";
import type { Site } from "@/lib/api";
import { plural } from "@/lib/format";
import { paths } from "@/lib/paths";
import { sitesQuery } from "@/lib/queries";
import { byActivity, matching } from "./site-list";
import { SiteColumns, SiteRow, SiteRowSkeleton } from "./site-row";

/** From how many sites on a search is of use. */
const SEARCH_FROM = 5;
const SKELETONS = ["first", "second", "third", "fourth"];

export function DashboardPage() {
  const { data: sites, error, refetch } = useQuery(sitesQuery());
  // The first site may come to be while it is still being sent from here, or from elsewhere: what was typed stays.
  const [deploying, setDeploying] = useState(false);
  if (sites === undefined && error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (sites?.length === 0 || deploying) return <Welcome onActiveChange={setDeploying} />;
  return <SiteList sites={sites} />;
}

function Welcome({ onActiveChange }: { onActiveChange: (active: boolean) => void }) {
  return (
    <>
      <PageHeader
        title="Deploy your first site"
        description="Drop a folder or a ZIP, or paste a Git address. Zipp finds out how to build it and gives it a URL."
      />
      <LazyDeployPanel autoFocus onActiveChange={onActiveChange} />
    </>
  );
}

function SiteList({ sites }: { sites: Site[] | undefined }) {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text);
  const shown = sites && matching(byActivity(sites), wanted);
  return (
    <>
      <DropAnywhere />
      <PageHeader
        title="Sites"
        description={sites ? summary(sites) : "Loading…"}
        actions={
          <>
            {sites && sites.length >= SEARCH_FROM && <SearchField value={text} onChange={setText} />}
            <Button asChild>
              <Link href={paths.deploy()}>
                <Plus aria-hidden /> Deploy
              </Link>
            </Button>
          </>
        }
      />
      {shown?.length === 0 ? (
        <NothingFound text={wanted} onClear={() => setText("")} />
      ) : (
        <>
          <SiteColumns />
          <ul aria-label="Sites" aria-busy={!shown} className="divide-y rounded-lg border bg-card">
            {shown
              ? shown.map((site) => <SiteRow key={site.name} site={site} />)
              : SKELETONS.map((each) => <SiteRowSkeleton key={each} />)}
          </ul>
        </>
      )}
    </>
  );
}

function summary(sites: readonly Site[]): string {
  const deploying = sites.filter((site) => site.status === "deploying").length;
  return [plural(sites.length, "site"), deploying > 0 && `${deploying} deploying`].filter(Boolean).join(" · ");
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="relative min-w-0 flex-1 basis-40 sm:w-64 sm:flex-none sm:basis-auto">
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted-foreground" />
      <Input
        type="search"
        aria-label="Search sites"
        placeholder="Search sites"
        className="pl-9"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function NothingFound({ text, onClear }: { text: string; onClear: () => void }) {
  return (
    <div className="rounded-lg border border-dashed px-4 py-10 text-center text-muted-foreground" role="status">
      <p className="break-words">No site matches “{text}”.</p>
      <Button variant="link" onClick={onClear}>
        Show all sites
      </Button>
    </div>
  );
}
