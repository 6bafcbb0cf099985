import type { ReactNode } from "react";
import { Skeleton } from "@/components/ui/skeleton";

export function AuthHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
      {children && <p className="text-muted-foreground">{children}</p>}
    </div>
  );
}

/** As high as a form of so many fields. */
export function AuthSkeleton({ fields, title }: { fields: number; title: string }) {
  return (
    <div className="grid gap-6" aria-busy>
      <AuthHeading title={title} />
      {Array.from({ length: fields }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={index} className="grid gap-2">
          <Skeleton className="h-3.5 w-20" />
          <Skeleton className="h-9" />
        </div>
      ))}
      <Skeleton className="h-9" />
    </div>
  );
}
