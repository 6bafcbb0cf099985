import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";

/** Its code is loaded where it is shown: pages that list sites mostly have some. */
export const LazyDeployPanel = dynamic(
  () => import("@/features/deploy/deploy-panel").then((module) => module.DeployPanel),
  { ssr: false, loading: () => <Skeleton className="h-80 w-full rounded-xl" /> },
);
