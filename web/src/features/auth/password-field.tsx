"use client";

import { useState } from "react";
import { Field } from "@/components/field";
import { Input } from "@/components/ui/input";

type PasswordFieldProps = { label?: string; error?: string | undefined; isNew?: boolean };

/** A password that its owner can look at. */
export function PasswordField({ label = "Password", error, isNew = false }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <button
      type="button"
      aria-pressed={shown}
      aria-label="Show the password"
      onClick={() => setShown(!shown)}
      className="rounded text-muted-foreground text-xs underline-offset-4 hover:text-foreground hover:underline"
    >
      {shown ? "Hide" : "Show"}
    </button>
  );
  const hint = isNew && "At least 10 characters. A few words are good.";
  return (
    <Field label={label} hint={hint} error={error} aside={toggle}>
      {(control) => (
        <Input
          {...control}
          type={shown ? "text" : "password"}
          name="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          required
          maxLength={1024}
        />
      )}
    </Field>
  );
}
