"use client";

import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";

/** Its code comes after the page's: most visits of the pages that may show it never do. */
export const LazyDeployPanel = dynamic(() => import("./deploy-panel").then((module) => module.DeployPanel), {
  ssr: false,
  loading: PanelSkeleton,
});

/** As high as what follows: a drop zone and a field for a repository. */
export function PanelSkeleton() {
  return (
    <div className="grid max-w-3xl gap-4" aria-hidden>
      <Skeleton className="h-[21.5rem] rounded-xl sm:h-[18.75rem]" />
      <Skeleton className="h-[10.5rem] rounded-xl sm:h-[7.75rem]" />
    </div>
  );
}
