"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { useSession } from "@/features/session";
import { type Site, updateSite } from "@/lib/api";
import { formatBytes } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import {
  formOf,
  type Limits,
  type LimitsErrors,
  type LimitsForm,
  limitsErrors,
  limitsOf,
  mostOf,
  sameLimits,
  whole,
} from "./limits";
import { useSiteActions } from "./use-site-actions";

export function LimitsCard({ site }: { site: Site }) {
  const { user, config } = useSession();
  const queries = useQueryClient();
  const actions = useSiteActions(site.name);
  const stored = whole(site.limits);
  const platform = whole(config.limits);
  const [form, setForm] = useState<LimitsForm>(() => formOf(stored));
  const most = user.role === "admin" ? null : mostOf(platform, stored);
  const errors = limitsErrors(form, most);
  const isValid = Object.keys(errors).length === 0;
  const isChanged = !isValid || !sameLimits(limitsOf(form), stored);
  const save = useMutation({
    mutationFn: () => updateSite({ path: { name: site.name }, body: { limits: limitsOf(form) } }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.site(site.name), changed);
      const { latest } = changed;
      const action = latest && { label: "Redeploy now", onClick: () => actions.redeploy(latest) };
      toast.success("Saved. It counts from the next deployment on.", action ? { action } : {});
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isValid) save.mutate();
  }

  return (
    <Card>
      <CardHeader>
        <CardTitle>Limits</CardTitle>
        <CardDescription>
          What the site’s container may use, from its next deployment on. Static sites have no container and need none.
        </CardDescription>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} noValidate className="space-y-4">
          <Fields form={form} errors={errors} platform={platform} onChange={setForm} />
          {most === null && (
            <p className="text-muted-foreground text-xs">As an admin you may give a site more than that.</p>
          )}
          <FormProblem error={save.error} />
          <Button type="submit" disabled={!isChanged || !isValid || save.isPending}>
            {save.isPending ? "Saving…" : "Save limits"}
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}

interface FieldsProps {
  form: LimitsForm;
  errors: LimitsErrors;
  platform: Limits;
  onChange: (form: LimitsForm) => void;
}

function Fields({ form, errors, platform, onChange }: FieldsProps) {
  const fields = [
    { name: "memory", label: "Memory (MB)", hint: `The platform gives up to ${formatBytes(platform.memory_bytes)}` },
    { name: "cpus", label: "CPU (cores)", hint: `The platform gives up to ${platform.cpus}` },
    { name: "pids", label: "Processes", hint: `The platform gives up to ${platform.pids}` },
  ] as const;
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      {fields.map(({ name, label, hint }) => (
        <Field key={name} label={label} hint={hint} error={errors[name]}>
          {(control) => (
            <Input
              {...control}
              inputMode="decimal"
              className="tabular-nums"
              value={form[name]}
              onChange={(event) => onChange({ ...form, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}
