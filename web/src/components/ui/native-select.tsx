import { ChevronDownIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

type NativeSelectProps = Omit<ComponentProps<"select">, "size"> & { size?: "sm" | "default" };

/** The browser's own: phones show their wheel, keyboards work as people know them. `className` is its box's. */
function NativeSelect({ className, size = "default", ...props }: NativeSelectProps) {
  return (
    <span className={cn("relative inline-block w-fit", className)}>
      <select
        data-slot="native-select"
        className={cn(
          "w-full appearance-none rounded-md border border-input bg-card pr-8 pl-3 text-base outline-offset-0 transition-colors hover:bg-accent disabled:cursor-not-allowed disabled:opacity-55 aria-invalid:border-danger sm:text-sm",
          size === "sm" ? "h-8" : "h-9",
        )}
        {...props}
      />
      <ChevronDownIcon
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-muted-foreground"
      />
    </span>
  );
}

function NativeSelectOption(props: ComponentProps<"option">) {
  return <option className="bg-popover text-popover-foreground" {...props} />;
}

export { NativeSelect, NativeSelectOption };
