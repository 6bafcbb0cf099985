import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/utils";

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  /** What would be here, and how it gets here. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
};

export function EmptyState({ icon: Icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div
      className={cn(
        "flex flex-col items-center gap-3 rounded-xl border border-dashed px-6 py-12 text-center",
        className,
      )}
    >
      <span className="grid size-10 place-content-center rounded-lg border bg-card">
        <Icon className="size-5 text-muted-foreground" aria-hidden />
      </span>
      <div className="flex max-w-md flex-col gap-1">
        <h2 className="font-medium text-base">{title}</h2>
        {children && <div className="text-balance text-muted-foreground text-sm">{children}</div>}
      </div>
      {action}
    </div>
  );
}
