import { type ComponentProps, lazy, Suspense } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import type { LogView as Loaded } from "./log-view";

const LogView = lazy(() => import("./log-view").then((module) => ({ default: module.LogView })));

/** The view with its parsers and virtual list, which the page need not wait for. `className` gives the height. */
export function LazyLogView({ className, ...props }: ComponentProps<typeof Loaded>) {
  return (
    <div className={className}>
      <Suspense fallback={<Skeleton className="h-full w-full rounded-xl" />}>
        <LogView {...props} className="h-full" />
      </Suspense>
    </div>
  );
}
