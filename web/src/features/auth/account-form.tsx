"use client";

import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { Input } from "@/components/ui/input";
import type { Proof } from "@/features/session/identity";
import { useIdentity } from "@/features/session/use-identity";
import { EmailField } from "./email-field";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter } from "./use-enter";

type AccountFormProps = { proof: Proof; action: string };

/** Name, address and password of a new account. */
export function AccountForm({ proof, action }: AccountFormProps) {
  const identity = useIdentity();
  const { submit, busy, problem } = useEnter(async (typed) =>
    (await identity()).signUp({
      name: typed("name"),
      email: typed("email"),
      password: typed("password"),
      ...proof,
    }),
  );
  const general = problem && !problem.field("/email") && !problem.field("/password") ? problem : null;
  return (
    <form method="post" onSubmit={submit} className="grid gap-5">
      <Field label="Name">{(control) => <Input {...control} name="name" autoComplete="name" maxLength={100} />}</Field>
      <EmailField error={problem?.field("/email")} />
      <PasswordField isNew error={problem?.field("/password")} />
      <FormProblem error={general} />
      <SubmitButton busy={busy}>{action}</SubmitButton>
    </form>
  );
}
