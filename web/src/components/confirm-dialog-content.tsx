"use client";

import { LoaderIcon } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import type { ConfirmDialogProps } from "@/components/confirm-dialog";
import { FormProblem } from "@/components/form-problem";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";

export default function ConfirmDialogContent({ open, onOpenChange, title, description, ...form }: ConfirmDialogProps) {
  return (
    <AlertDialog open={open} onOpenChange={onOpenChange}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>{title}</AlertDialogTitle>
          <AlertDialogDescription asChild>
            <div>{description}</div>
          </AlertDialogDescription>
        </AlertDialogHeader>
        <ConfirmForm key={String(open)} onDone={() => onOpenChange(false)} {...form} />
      </AlertDialogContent>
    </AlertDialog>
  );
}

type FormProps = Pick<ConfirmDialogProps, "confirmText" | "actionLabel" | "destructive" | "onConfirm"> & {
  onDone: () => void;
};

function ConfirmForm({ confirmText, actionLabel, destructive = false, onConfirm, onDone }: FormProps) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = useId();
  const ready = confirmText === undefined || typed === confirmText;
  useEffect(() => {
    if (typed) setError(null);
  }, [typed]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onDone();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      {confirmText !== undefined && (
        <div className="grid gap-2">
          <Label htmlFor={id} className="block leading-5">
            Type <code className="break-all font-mono font-semibold">{confirmText}</code> to confirm
          </Label>
          <Input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
          />
        </div>
      )}
      <FormProblem error={error} />
      <AlertDialogFooter>
        <AlertDialogCancel disabled={busy}>Cancel</AlertDialogCancel>
        <Button type="submit" variant={destructive ? "destructive" : "default"} disabled={!ready || busy}>
          {busy && <LoaderIcon className="motion-safe:animate-spin" aria-hidden />}
          {actionLabel}
        </Button>
      </AlertDialogFooter>
    </form>
  );
}
