"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type MouseEvent, useEffect, useState } from "react";
import { ErrorState } from "@/components/error-state";
import { FormProblem } from "@/components/form-problem";
import { useIdentity } from "@/features/session/use-identity";
import { paths } from "@/lib/paths";
import { configQuery, meQuery } from "@/lib/queries";
import { AuthHeading } from "./auth-text";
import { EmailField } from "./email-field";
import { ForgottenPassword } from "./forgotten-password";
import { Notice } from "./notice";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter, useGoOn } from "./use-enter";

export function LoginPage() {
  const config = useQuery(configQuery());
  const [email, setEmail] = useState("");
  const [isForgotten, setForgotten] = useState(false);
  useSkipWhenSignedIn();
  if (config.error && !config.data) return <ErrorState error={config.error} retry={config.refetch} />;
  if (config.data?.needs_setup) {
    return (
      <Notice title="This platform is not set up yet">
        Open the whole link that <code className="font-mono">zipp up</code> printed on the server. It makes the first
        account.
      </Notice>
    );
  }
  if (isForgotten) {
    return <ForgottenPassword config={config.data} email={email} onBack={() => setForgotten(false)} />;
  }
  const forget = (typed: string) => {
    setEmail(typed);
    setForgotten(true);
  };
  return (
    <div className="grid gap-6">
      <AuthHeading title="Sign in" />
      <LoginForm email={email} onForgotten={forget} />
      <p className="text-muted-foreground">
        {config.data?.signup === "open" && (
          <>
            No account yet?{" "}
            <Link href={paths.signup} className="text-foreground underline underline-offset-4">
              Create one
            </Link>
          </>
        )}
        {config.data?.signup === "invite" && "No account yet? Ask an admin for an invitation link."}
      </p>
    </div>
  );
}

function LoginForm({ email, onForgotten }: { email: string; onForgotten: (email: string) => void }) {
  const identity = useIdentity();
  const { submit, busy, problem } = useEnter(async (typed) =>
    (await identity()).signIn(typed("email"), typed("password")),
  );
  const forget = (event: MouseEvent<HTMLButtonElement>) => {
    const form = event.currentTarget.form;
    onForgotten(form ? String(new FormData(form).get("email") ?? "") : "");
  };
  return (
    // Sent before the script is there, a form without a method would put the password into the address.
    <form method="post" onSubmit={submit} className="grid gap-5">
      <EmailField error={problem?.field("/email")} defaultValue={email || undefined} />
      <PasswordField error={problem?.field("/password")} />
      <FormProblem error={problem} />
      <SubmitButton busy={busy}>Sign in</SubmitButton>
      <button
        type="button"
        onClick={forget}
        className="w-fit rounded text-muted-foreground underline underline-offset-4 hover:text-foreground"
      >
        Forgotten your password?
      </button>
    </form>
  );
}

/** An old bookmark, a second tab: whoever has a session goes on at once. */
function useSkipWhenSignedIn() {
  const { isSuccess, isFetching } = useQuery({ ...meQuery(), retry: false, staleTime: 0 });
  const goOn = useGoOn();
  useEffect(() => {
    if (isSuccess && !isFetching) goOn();
  }, [isSuccess, isFetching, goOn]);
}
