import { type ReactNode, useId } from "react";
import { Label } from "@/components/ui/label";
import { cn } from "@/lib/utils";

/** What the control of a field takes, so that its label, hint and error are read with it. */
export type ControlProps = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with what stands in it; in place of the hint. */
  error?: string | null | undefined;
  /** Beside the label. */
  aside?: ReactNode;
  /** Keeps the note's line while it is empty: for notes that come while one types, so that nothing below jumps. */
  keepsNote?: boolean;
  className?: string;
  children: (control: ControlProps) => ReactNode;
};

/** A labelled control with its hint or what is wrong with it, tied together for screen readers. */
export function Field({ label, hint, error, aside, keepsNote = false, className, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const hasNote = keepsNote || Boolean(note);
  return (
    <div className={cn("flex flex-col gap-2", className)}>
      {aside ? (
        <div className="flex items-center justify-between gap-2">
          <Label htmlFor={id}>{label}</Label>
          {aside}
        </div>
      ) : (
        <Label htmlFor={id}>{label}</Label>
      )}
      {children({
        id,
        "aria-describedby": hasNote ? `${id}-note` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {hasNote && (
        <div
          id={`${id}-note`}
          className={cn("min-h-4 break-words text-xs leading-4", error ? "text-danger" : "text-muted-foreground")}
        >
          {note}
        </div>
      )}
    </div>
  );
}
