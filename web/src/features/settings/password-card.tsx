"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { useSession } from "@/features/session";
import { changePassword, problemOf } from "@/lib/api";
import { toast } from "@/lib/toast";

const EMPTY = { current: "", wanted: "", again: "" };

export function PasswordCard() {
  const { user } = useSession();
  const [form, setForm] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => changePassword({ body: { current_password: form.current, new_password: form.wanted } }),
    onSuccess: () => {
      setForm(EMPTY);
      toast.success("Your password is changed", { description: "All of your other sessions have ended." });
    },
  });
  const differs = form.again !== "" && form.again !== form.wanted;
  const problem = change.error && problemOf(change.error);
  const inField = problem?.field("/new_password") ?? problem?.field("/current_password");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!differs) change.mutate();
  }

  function field(name: keyof typeof EMPTY, autoComplete: string) {
    return {
      type: "password",
      autoComplete,
      required: true,
      value: form[name],
      onChange: (event: { target: { value: string } }) => {
        change.reset();
        setForm({ ...form, [name]: event.target.value });
      },
    };
  }

  return (
    <Card>
      <CardHeader>
        <CardTitle>Password</CardTitle>
        <CardDescription>Changing it ends your sessions everywhere else. API tokens stay as they are.</CardDescription>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="space-y-4">
          <input type="hidden" name="username" autoComplete="username" value={user.email ?? ""} readOnly />
          <Field label="Current password" error={problem?.field("/current_password")}>
            {(control) => <Input {...control} {...field("current", "current-password")} />}
          </Field>
          <Field label="New password" error={problem?.field("/new_password")}>
            {(control) => <Input {...control} {...field("wanted", "new-password")} />}
          </Field>
          <Field label="New password again" error={differs ? "It is not the same." : null}>
            {(control) => <Input {...control} {...field("again", "new-password")} />}
          </Field>
          {!inField && <FormProblem error={change.error} />}
          <Button
            type="submit"
            disabled={change.isPending || !form.current || !form.wanted || form.again !== form.wanted}
          >
            {change.isPending ? "Changing…" : "Change password"}
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}
