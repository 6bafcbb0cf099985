import { ExternalLink } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { withoutScheme } from "@/lib/format";
import { cn, safeHref } from "@/lib/utils";

/** A site's address as a link that opens it, with a button that copies it. */
export function SiteAddress({ url, className }: { url: string; className?: string }) {
  return (
    <span className={cn("flex min-w-0 items-center gap-1", className)}>
      <a
        href={safeHref(url)}
        target="_blank"
        rel="noreferrer"
        className="group relative z-10 inline-flex min-w-0 items-center gap-1 rounded-sm text-muted-foreground hover:text-foreground hover:underline"
      >
        <span className="truncate">{withoutScheme(url)}</span>
        <ExternalLink aria-hidden className="size-3 shrink-0" />
        <span className="sr-only">(opens in a new tab)</span>
      </a>
      <span className="relative z-10 shrink-0">
        <CopyButton value={url} label="Copy address" className="size-6 text-muted-foreground [&_svg]:size-3.5!" />
      </span>
    </span>
  );
}
