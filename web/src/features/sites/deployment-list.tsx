"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { Site } from "@/lib/api";
import { deploymentsQuery } from "@/lib/queries";
import { DeploymentRow } from "./deployment-row";

const SKELETONS = ["first", "second", "third"];

export function DeploymentList({ site }: { site: Site }) {
  const query = useInfiniteQuery(deploymentsQuery({ site: site.name }));
  const deployments = query.data?.pages.flatMap((page) => page.items);
  return (
    <section aria-labelledby="deployments">
      <h2 id="deployments" className="mb-3 font-medium">
        Deployments
      </h2>
      {deployments === undefined && query.error ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <ul aria-labelledby="deployments" aria-busy={!deployments} className="divide-y rounded-lg border bg-card">
          {deployments
            ? deployments.map((each) => <DeploymentRow key={each.id} deployment={each} site={site} />)
            : SKELETONS.map((each) => (
                <li key={each} className="px-4 py-3.5">
                  <Skeleton className="h-8 w-full" />
                </li>
              ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="mt-3 text-center">
          <Button variant="outline" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? "Loading…" : "Show older"}
          </Button>
        </div>
      )}
    </section>
  );
}
