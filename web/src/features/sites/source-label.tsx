import { FileArchive, GitBranch } from "lucide-react";
import { cn } from "@/lib/utils";
import { sourceText } from "./source";

type Source = Parameters<typeof sourceText>[0];

/** Where a deployment came from, on one line. */
export function SourceLabel({ source, className }: { source: Source; className?: string }) {
  const { kind, label, revision, full } = sourceText(source);
  const Icon = kind === "git" ? GitBranch : FileArchive;
  return (
    <span className={cn("flex min-w-0 items-center gap-1.5", className)} title={full}>
      <Icon aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
      <span className="truncate">{label}</span>
      {revision && <span className="max-w-[60%] truncate font-mono text-muted-foreground text-xs">{revision}</span>}
    </span>
  );
}
