import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

/** 16 px on small screens: with less, phones zoom into the field. */
function Input({ className, type, ...props }: ComponentProps<"input">) {
  return (
    <input
      data-slot="input"
      type={type}
      className={cn(
        "flex h-9 w-full min-w-0 rounded-md border border-input bg-card px-3 py-1 text-base outline-offset-0 transition-colors placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-55 aria-invalid:border-danger sm:text-sm",
        className,
      )}
      {...props}
    />
  );
}

export { Input };
