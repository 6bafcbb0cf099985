"use client";

import Link from "next/link";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { paths } from "@/lib/paths";

/** An error of the page itself. The platform goes on; so does everything that was begun. */
export function PageCrash({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-xl flex-col items-start gap-5 px-4 py-16">
      <div className="grid gap-1.5">
        <h1 className="font-semibold text-xl tracking-tight">This page could not be shown</h1>
        <p className="text-muted-foreground">
          The error is in the page, not in your sites: they go on, and so do deployments.
        </p>
      </div>
      <pre className="max-h-40 w-full overflow-auto whitespace-pre-wrap break-words rounded-md bg-muted p-3 font-mono text-xs">
        {error.message}
      </pre>
      <div className="flex flex-wrap gap-2">
        <Button onClick={reset}>Try again</Button>
        <Button variant="outline" asChild>
          <Link href={paths.dashboard}>Go to your sites</Link>
        </Button>
        <CopyButton value={`${error.message}\n${error.stack ?? ""}`} label="Copy the error" size="default">
          Copy the error
        </CopyButton>
      </div>
    </div>
  );
}
