import { type ReactNode, useId } from "react";
import { Label } from "@/components/ui/label";
import { cn } from "@/lib/utils";

/** What the control of a field takes, so that its label, hint and error are read with it. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}

export function FormField({ label, hint, error, className, children }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cn("flex flex-col gap-2", className)}>
      <Label htmlFor={id}>{label}</Label>
      {children({ id, "aria-describedby": note ? `${id}-note` : undefined, "aria-invalid": error ? true : undefined })}
      {note && (
        <p id={`${id}-note`} className={cn("text-xs", error ? "text-danger" : "text-muted-foreground")}>
          {note}
        </p>
      )}
    </div>
  );
}
