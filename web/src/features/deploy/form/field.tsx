import { type ReactNode, useId } from "react";
import { Label } from "@/components/ui/label";
import { cn } from "@/lib/utils";

/** What the control takes, so that its hint and its error are read with it. */
export type Control = { id: string; "aria-describedby": string; "aria-invalid": true | undefined };

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  className?: string;
  children: (control: Control) => ReactNode;
};

/** The note keeps its line when it is empty: what is below must not jump while one types. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  return (
    <div className={cn("grid content-start gap-2", className)}>
      <Label htmlFor={id}>{label}</Label>
      {children({ id, "aria-describedby": `${id}-note`, "aria-invalid": error ? true : undefined })}
      <div
        id={`${id}-note`}
        className={cn("min-h-4 break-words text-xs leading-4", error ? "text-danger" : "text-muted-foreground")}
      >
        {error ?? hint}
      </div>
    </div>
  );
}

/** Of code, not of language: nothing is capitalised, corrected or remembered. */
export const PLAIN_TEXT = {
  autoComplete: "off",
  autoCapitalize: "off",
  autoCorrect: "off",
  spellCheck: false,
} as const;
