"use client";

import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/error-state";
import { FormProblem } from "@/components/form-problem";
import { resetPassword } from "@/lib/api";
import { paths } from "@/lib/paths";
import { configQuery } from "@/lib/queries";
import { AuthHeading, AuthSkeleton } from "./auth-text";
import { Notice } from "./notice";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter } from "./use-enter";
import { useHashSecret } from "./use-hash-secret";

const SIGN_IN = { href: paths.login(), label: "Sign in" };

/** Where the link leads that an admin made for somebody who forgot their password. */
export function ResetPage() {
  const config = useQuery(configQuery());
  const token = useHashSecret("token");
  if (config.error && !config.data) return <ErrorState error={config.error} retry={config.refetch} />;
  if (!config.data || token === undefined) return <AuthSkeleton fields={1} title="Choose a new password" />;
  if (config.data.identity === "firebase") {
    return (
      <Notice title="Firebase keeps the passwords here" link={SIGN_IN}>
        Ask for a link by mail: “Forgotten your password?” below the sign-in form.
      </Notice>
    );
  }
  if (token === null) {
    return (
      <Notice title="This link has no token" link={SIGN_IN}>
        Open the whole link that an admin of this platform gave you.
      </Notice>
    );
  }
  return (
    <div className="grid gap-6">
      <AuthHeading title="Choose a new password">
        The old one stops working, and every session of your account ends. You are signed in with the new one.
      </AuthHeading>
      <ResetForm token={token} />
    </div>
  );
}

function ResetForm({ token }: { token: string }) {
  const { submit, busy, problem } = useEnter(
    async (typed) => (await resetPassword({ body: { token, new_password: typed("password") } })).user,
  );
  const inField = problem?.field("/new_password");
  return (
    <form method="post" onSubmit={submit} className="grid gap-5">
      <PasswordField label="New password" isNew error={inField} />
      <FormProblem error={inField ? null : problem} />
      <SubmitButton busy={busy}>Set the password</SubmitButton>
    </form>
  );
}
