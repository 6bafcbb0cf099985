"use client";

import { CircleAlertIcon, CircleCheckIcon, InfoIcon, TriangleAlertIcon, XIcon } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { type Toast, toast, toasts } from "@/lib/toast";
import { cn } from "@/lib/utils";

const NONE: readonly Toast[] = [];

const LOOKS = {
  success: [CircleCheckIcon, "text-success"],
  error: [CircleAlertIcon, "text-danger"],
  info: [InfoIcon, "text-info"],
  warning: [TriangleAlertIcon, "text-warning"],
} as const;

/** Shows what toast() was told. The region is always there: screen readers only tell what changes in a known one. */
export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.read, () => NONE);
  const [held, setHeld] = useState(false);
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-40 flex flex-col items-end gap-2 p-4"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {shown.map((each) => (
        <ToastCard key={each.id} value={each} held={held} />
      ))}
    </section>
  );
}

function ToastCard({ value, held }: { value: Toast; held: boolean }) {
  const [Icon, colour] = LOOKS[value.kind];
  const close = () => toast.dismiss(value.id);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => toast.dismiss(value.id), value.duration);
    return () => clearTimeout(timer);
  }, [held, value]);
  return (
    <div
      data-kind={value.kind}
      className="pointer-events-auto flex w-full max-w-sm animate-toast items-start gap-3 rounded-lg border bg-popover p-3 text-popover-foreground shadow-lg"
    >
      <Icon className={cn("mt-0.5 size-4 shrink-0", colour)} aria-hidden />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="break-words font-medium">{value.title}</p>
        {value.description && <div className="break-words text-muted-foreground">{value.description}</div>}
      </div>
      {value.action && (
        <Button
          size="sm"
          variant="outline"
          onClick={() => {
            close();
            value.action?.onClick();
          }}
        >
          {value.action.label}
        </Button>
      )}
      <button
        type="button"
        aria-label="Dismiss"
        onClick={close}
        className="grid size-6 shrink-0 place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
      >
        <XIcon className="size-3.5" aria-hidden />
      </button>
    </div>
  );
}
