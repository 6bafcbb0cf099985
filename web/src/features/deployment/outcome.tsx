"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLinkIcon, HistoryIcon } from "lucide-react";
import Link from "next/link";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { Deployment } from "@/lib/api";
import { withoutScheme } from "@/lib/format";
import { paths } from "@/lib/paths";
import { siteQuery } from "@/lib/queries";
import { safeHref } from "@/lib/utils";
import { QrButton } from "../sites/qr-button";

/** Where a deployment that is live is to be seen; of one that no longer is, what is live instead. */
export function Outcome({ deployment }: { deployment: Deployment }) {
  if (deployment.is_live) return <LiveAddress url={deployment.url} />;
  return deployment.status === "STOPPED" ? <Superseded deployment={deployment} /> : null;
}

function LiveAddress({ url }: { url: string }) {
  return (
    <section
      aria-label="Address"
      className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-success/40 bg-success-soft px-5 py-4"
    >
      <div className="mr-auto min-w-0">
        <p className="font-medium text-success text-xs">Live at</p>
        <a
          href={safeHref(url)}
          target="_blank"
          rel="noreferrer"
          className="break-all rounded-sm font-semibold text-foreground text-xl tracking-tight hover:underline sm:text-2xl"
        >
          {withoutScheme(url)}
        </a>
      </div>
      <div className="flex items-center gap-2">
        <CopyButton value={url} label="Copy address" variant="outline">
          Copy
        </CopyButton>
        <QrButton url={url} />
        <Button asChild variant="brand" size="sm">
          <a href={safeHref(url)} target="_blank" rel="noreferrer">
            <ExternalLinkIcon aria-hidden /> Open
          </a>
        </Button>
      </div>
    </section>
  );
}

function Superseded({ deployment }: { deployment: Deployment }) {
  const { data: site } = useQuery(siteQuery(deployment.site));
  return (
    <p className="flex min-h-11 items-center gap-2.5 rounded-xl border bg-card px-4 py-2.5">
      <HistoryIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      {site === undefined ? (
        <Skeleton className="h-4 w-64" />
      ) : site.live_deployment ? (
        <span>
          This version is not live.{" "}
          <Link href={paths.deployment(site.live_deployment)} className="rounded-sm font-medium text-brand underline">
            Another version
          </Link>{" "}
          is live now.
        </span>
      ) : (
        <span>This version is stopped, and nothing of {deployment.site} is live now.</span>
      )}
    </p>
  );
}
