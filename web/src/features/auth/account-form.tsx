"use client";

import { useState } from "react";
import { FormProblem } from "@/components/form-problem";
import { identityClient, type SignUp } from "@/features/session/identity";
import { Field } from "./field";
import { PasswordField } from "./password-field";
import { SubmitButton } from "./submit-button";
import { useEnter } from "./use-enter";

type AccountFormProps = { proof: Pick<SignUp, "setupToken" | "invite">; action: string };

/** Name, address and password of a new account. */
export function AccountForm({ proof, action }: AccountFormProps) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { submit, busy, problem } = useEnter(() => identityClient().signUp({ name, email, password, ...proof }));
  const general = problem && !problem.field("/email") && !problem.field("/password") ? problem : null;
  return (
    <form onSubmit={submit} className="grid gap-5">
      <Field
        label="Name"
        name="name"
        autoComplete="name"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={problem?.field("/email")}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint="At least 10 characters. A few words are good."
        error={problem?.field("/password")}
      />
      <FormProblem error={general} />
      <SubmitButton busy={busy}>{action}</SubmitButton>
    </form>
  );
}
