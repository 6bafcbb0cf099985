import { Skeleton } from "@/components/ui/skeleton";

const ROWS = ["first", "second", "third"];

export function ListSkeleton() {
  return (
    <div aria-busy className="divide-y rounded-lg border bg-card">
      {ROWS.map((row) => (
        <div key={row} className="space-y-1.5 px-4 py-3.5">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-3.5 w-64 max-w-full" />
        </div>
      ))}
    </div>
  );
}
