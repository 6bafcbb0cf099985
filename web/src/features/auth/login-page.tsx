"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { ErrorState } from "@/components/error-state";
import { FormProblem } from "@/components/form-problem";
import { identityClient } from "@/features/session/identity";
import { paths } from "@/lib/paths";
import { configQuery, meQuery } from "@/lib/queries";
import { AuthHeading } from "./auth-text";
import { Field } from "./field";
import { Notice } from "./notice";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter, useGoOn } from "./use-enter";

export function LoginPage() {
  const config = useQuery(configQuery());
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
  return (
    <div className="grid gap-6">
      <AuthHeading title="Sign in" />
      <LoginForm />
      <p className="min-h-5 text-muted-foreground">
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

function LoginForm() {
  const { submit, busy, problem } = useEnter((typed) => identityClient().signIn(typed("email"), typed("password")));
  return (
    // Sent before the script is there, a form without a method would put the password into the address.
    <form method="post" onSubmit={submit} className="grid gap-5">
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        error={problem?.field("/email")}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        error={problem?.field("/password")}
      />
      <FormProblem error={problem} />
      <SubmitButton busy={busy}>Sign in</SubmitButton>
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
