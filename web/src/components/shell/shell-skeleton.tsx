import Link from "next/link";
import { LogoMark } from "@/components/logo";
import { Skeleton } from "@/components/ui/skeleton";
import { paths } from "@/lib/paths";
import { Frame } from "./frame";

/** The frame, while it is being asked who is there. */
export function ShellSkeleton() {
  const topbar = (
    <>
      <Link href={paths.dashboard} className="lg:hidden" aria-label="Zipp: all sites">
        <LogoMark />
      </Link>
      <Skeleton className="ml-auto size-8 rounded-full" />
    </>
  );
  return (
    <Frame topbar={topbar} busy>
      <p className="sr-only" role="status">
        Loading
      </p>
      <Skeleton className="mb-8 h-8 w-48" />
      <div className="grid gap-3">
        <Skeleton className="h-20" />
        <Skeleton className="h-20" />
        <Skeleton className="h-20" />
      </div>
    </Frame>
  );
}
