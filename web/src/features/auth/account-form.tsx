"use client";

import { FormProblem } from "@/components/form-problem";
import { identityClient, type SignUp } from "@/features/session/identity";
import { Field } from "./field";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter } from "./use-enter";

type AccountFormProps = { proof: Pick<SignUp, "setupToken" | "invite">; action: string };

/** Name, address and password of a new account. */
export function AccountForm({ proof, action }: AccountFormProps) {
  const { submit, busy, problem } = useEnter((typed) =>
    identityClient().signUp({ name: typed("name"), email: typed("email"), password: typed("password"), ...proof }),
  );
  const general = problem && !problem.field("/email") && !problem.field("/password") ? problem : null;
  return (
    <form method="post" onSubmit={submit} className="grid gap-5">
      <Field label="Name" name="name" autoComplete="name" maxLength={100} />
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
        autoComplete="new-password"
        hint="At least 10 characters. A few words are good."
        error={problem?.field("/password")}
      />
      <FormProblem error={general} />
      <SubmitButton busy={busy}>{action}</SubmitButton>
    </form>
  );
}
