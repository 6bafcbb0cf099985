"use client";

import { LoaderIcon } from "lucide-react";
import Link from "next/link";
import { type FormEvent, useId, useState } from "react";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import type { User } from "@/lib/api";
import { paths } from "@/lib/paths";
import { useIdentity } from "./use-identity";

type SessionEndedDialogProps = { email: string; onSignedIn: (user: User) => void };

/** On top of the page, which stays as it is below: what was typed is still there afterwards. */
export default function SessionEndedDialog({ email, onSignedIn }: SessionEndedDialogProps) {
  const stay = (event: Event) => event.preventDefault();
  return (
    <Dialog open>
      <DialogContent
        showCloseButton={false}
        className="sm:max-w-sm"
        onEscapeKeyDown={stay}
        onInteractOutside={stay}
        role="alertdialog"
      >
        <DialogHeader>
          <DialogTitle>Your session has ended</DialogTitle>
          <DialogDescription>
            Sign in again to go on where you are. Nothing that you typed on this page is lost.
          </DialogDescription>
        </DialogHeader>
        <SignInAgain email={email} onSignedIn={onSignedIn} />
      </DialogContent>
    </Dialog>
  );
}

function SignInAgain({ email, onSignedIn }: SessionEndedDialogProps) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = useId();
  const identity = useIdentity();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onSignedIn(await (await identity()).signIn(email, password));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <div className="grid gap-2">
        <Label htmlFor={id}>Password of {email}</Label>
        <Input
          id={id}
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <FormProblem error={error} />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Link href={paths.login()} className="text-muted-foreground text-sm underline underline-offset-4">
          Use another account
        </Link>
        <Button type="submit" disabled={busy || password === ""}>
          {busy && <LoaderIcon className="motion-safe:animate-spin" aria-hidden />}
          Sign in
        </Button>
      </div>
    </form>
  );
}
