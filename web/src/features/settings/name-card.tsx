"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { useSession } from "@/features/session";
import { updateMe } from "@/lib/api";
import { formatDate } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toast } from "@/lib/toast";

const NAME_CHARACTERS = 100;

export function NameCard() {
  const { user } = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState(user.name);
  const save = useMutation({
    mutationFn: () => updateMe({ body: { name: name.trim() } }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.me, changed);
      setName(changed.name);
      toast.success("Your name is saved");
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Card>
      <CardHeader>
        <CardTitle>Profile</CardTitle>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="space-y-4">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
            <dt className="text-muted-foreground">Email</dt>
            <dd className="truncate">{user.email ?? "none"}</dd>
            <dt className="text-muted-foreground">Role</dt>
            <dd>
              <Badge variant="secondary">{user.role === "admin" ? "Admin" : "Member"}</Badge>
            </dd>
            <dt className="text-muted-foreground">Since</dt>
            <dd>{formatDate(user.created_at)}</dd>
          </dl>
          <Field label="Name" hint="Shown to the other people of this platform.">
            {(control) => (
              <Input
                {...control}
                autoComplete="name"
                maxLength={NAME_CHARACTERS}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <FormProblem error={save.error} />
          <Button type="submit" disabled={save.isPending || name.trim() === user.name}>
            {save.isPending ? "Saving…" : "Save name"}
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}
