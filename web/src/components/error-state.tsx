"use client";

import { CircleAlertIcon, RotateCwIcon } from "lucide-react";
import { Button } from "@/components/ui/button";
import { problemOf } from "@/lib/problem";
import { cn } from "@/lib/utils";

type ErrorStateProps = { error: unknown; retry?: () => unknown; title?: string; className?: string };

/** What went wrong and what to do next, in the API's own words. */
export function ErrorState({ error, retry, title, className }: ErrorStateProps) {
  const problem = problemOf(error);
  return (
    <div
      role="alert"
      data-code={problem.code}
      className={cn("flex flex-col gap-3 rounded-xl border border-danger/35 bg-card p-5 sm:flex-row", className)}
    >
      <CircleAlertIcon className="mt-0.5 size-5 shrink-0 text-danger" aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title && <p className="font-medium">{title}</p>}
        <p className={cn("break-words", title ? "text-muted-foreground" : "font-medium")}>{problem.detail}</p>
        {problem.hint && <p className="break-words text-muted-foreground">{problem.hint}</p>}
      </div>
      {retry && (
        <Button variant="outline" size="sm" onClick={() => void retry()} className="self-start">
          <RotateCwIcon aria-hidden />
          Try again
        </Button>
      )}
    </div>
  );
}
