"use client";

import { ChevronRightIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Collapsible, CollapsibleContent, CollapsibleTrigger } from "@/components/ui/collapsible";

type SectionProps = {
  title: string;
  /** What is set in it, beside the title while it is folded. */
  summary?: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
};

/** Settings that most deployments do without, folded away. */
export function Section({ title, summary, open, onOpenChange, children }: SectionProps) {
  return (
    <Collapsible open={open} onOpenChange={onOpenChange} className="border-t">
      <CollapsibleTrigger className="group -outline-offset-2 flex w-full items-center gap-2 px-5 py-3.5 text-left font-medium hover:bg-muted/50 disabled:opacity-55">
        <ChevronRightIcon
          aria-hidden
          className="size-4 shrink-0 text-muted-foreground transition-transform group-data-[state=open]:rotate-90"
        />
        {title}
        {summary && <span className="ml-auto truncate pl-3 font-normal text-muted-foreground text-xs">{summary}</span>}
      </CollapsibleTrigger>
      <CollapsibleContent className="px-5 pt-2 pb-5">{children}</CollapsibleContent>
    </Collapsible>
  );
}
