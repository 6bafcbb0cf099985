import { ArrowDownIcon, BanIcon, CircleXIcon } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Deployment } from "@/lib/api";
import { clean } from "./log/clean";
import { hashOf } from "./log/line-link";
import { stageName } from "./log/stage-names";

interface FailurePanelProps {
  failure: NonNullable<Deployment["error"]>;
  /** The line of the log that `failure.line` quotes, if it was found there. */
  seq: number | null;
}

/** Why a deployment failed, in plain words: what happened, what printed it, what to do. */
export function FailurePanel({ failure, seq }: FailurePanelProps) {
  const isCancelled = failure.code === "cancelled";
  const Icon = isCancelled ? BanIcon : CircleXIcon;
  const line = clean(failure.line ?? "").plain;
  return (
    <section
      aria-label="What went wrong"
      data-code={failure.code}
      className={`flex gap-3 rounded-xl border bg-card p-4 sm:px-5 ${isCancelled ? "" : "border-danger/40"}`}
    >
      <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${isCancelled ? "text-muted-foreground" : "text-danger"}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-2.5">
        <p className="break-words font-medium text-base leading-6">{failure.message}</p>
        {line !== "" && (
          <pre
            dir="ltr"
            className="whitespace-pre-wrap break-all rounded-md bg-danger-soft px-3 py-2 font-mono text-[13px] text-foreground leading-5 [unicode-bidi:isolate]"
          >
            {line}
          </pre>
        )}
        {failure.hint && <p className="break-words text-muted-foreground">{failure.hint}</p>}
        {seq !== null && (
          <Button asChild variant="outline" size="sm" className="self-start">
            <a href={hashOf({ first: seq, last: seq })}>
              <ArrowDownIcon aria-hidden />
              Show line {seq} in the log
              {failure.stage && <span className="sr-only"> of {stageName(failure.stage)}</span>}
            </a>
          </Button>
        )}
      </div>
    </section>
  );
}
