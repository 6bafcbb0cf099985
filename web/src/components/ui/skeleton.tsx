import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

/** Holds the final size of what is still loading; the place around it says aria-busy. */
function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="skeleton"
      aria-hidden
      className={cn("rounded-md bg-muted motion-safe:animate-pulse", className)}
      {...props}
    />
  );
}

export { Skeleton };
