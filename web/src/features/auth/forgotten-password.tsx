"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { FormProblem } from "@/components/form-problem";
import { Secret } from "@/components/secret";
import { Skeleton } from "@/components/ui/skeleton";
import { useIdentity } from "@/features/session/use-identity";
import type { SignInConfig } from "@/lib/api";
import { AuthHeading } from "./auth-text";
import { EmailField } from "./email-field";
import { SubmitButton } from "./submit-button";

type ForgottenPasswordProps = { config: SignInConfig | undefined; email: string; onBack: () => void };

/** The way to a new password: by mail where Firebase keeps the accounts, else through an admin. */
export function ForgottenPassword({ config, email, onBack }: ForgottenPasswordProps) {
  return (
    <div className="grid gap-6">
      {config === undefined ? (
        <Skeleton className="h-28" />
      ) : config.identity === "firebase" ? (
        <LinkByMail email={email} />
      ) : (
        <LinkByAdmin />
      )}
      <button
        type="button"
        onClick={onBack}
        className="w-fit rounded text-muted-foreground underline underline-offset-4 hover:text-foreground"
      >
        Back to sign in
      </button>
    </div>
  );
}

const COMMAND = "zipp members password EMAIL";

function LinkByAdmin() {
  return (
    <>
      <AuthHeading title="A new password">
        This platform sends no mail. An admin can make a link for you with which you choose a new password: Settings,
        Members, Password link.
      </AuthHeading>
      <Secret label="Or on the server itself" value={COMMAND} />
    </>
  );
}

function LinkByMail({ email }: { email: string }) {
  const identity = useIdentity();
  const send = useMutation({
    mutationFn: async (address: string) => (await identity()).mailPasswordLink?.(address),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!send.isPending) send.mutate(String(new FormData(event.currentTarget).get("email") ?? ""));
  };
  if (send.isSuccess) {
    return (
      <div role="status">
        <AuthHeading title="Look into your mail">
          If <span className="break-words font-medium text-foreground">{send.variables}</span> has an account, a link to
          choose a new password is on its way there. It may be among the spam.
        </AuthHeading>
      </div>
    );
  }
  return (
    <>
      <AuthHeading title="A new password">A link with which you choose it is sent to your address.</AuthHeading>
      <form method="post" onSubmit={submit} className="grid gap-5">
        <EmailField defaultValue={email} autoFocus />
        <FormProblem error={send.error} />
        <SubmitButton busy={send.isPending}>Send me a link</SubmitButton>
      </form>
    </>
  );
}
