"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ErrorState } from "@/components/error-state";
import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { Secret } from "@/components/secret";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { NativeSelect, NativeSelectOption } from "@/components/ui/native-select";
import { useSession } from "@/features/session";
import { notifyProblem } from "@/features/sites/notify";
import { createInvite, deleteInvite, type Invite, type NewInvite, type Role } from "@/lib/api";
import { formatDate } from "@/lib/format";
import { invitesQuery, keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { expiresIn, INVITE_EXPIRIES, isExpired } from "./expiry";
import { ExpirySelect } from "./expiry-select";
import { SecretDialog } from "./secret-dialog";

export function Invites() {
  const [made, setMade] = useState<NewInvite | null>(null);
  const { config } = useSession();
  return (
    <section aria-labelledby="invites" className="space-y-3">
      <div>
        <h2 id="invites" className="font-medium">
          Invitations
        </h2>
        <p className="text-muted-foreground">
          {config.signup === "open"
            ? "Sign-up is open: everybody who reaches this platform can make an account. A link can make them an admin."
            : "A link lets one person make an account. Zipp sends no mail: pass the link on yourself."}
        </p>
      </div>
      <InviteForm onMade={setMade} />
      <InviteList />
      <SecretDialog
        open={made !== null}
        onClose={() => setMade(null)}
        title="Invitation link"
        description="Copy it now and pass it on: it can’t be shown again, and it works once."
      >
        {made && <Secret label={made.email ? `For ${made.email}` : "For whoever opens it first"} value={made.url} />}
      </SecretDialog>
    </section>
  );
}

function InviteForm({ onMade }: { onMade: (invite: NewInvite) => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [expiry, setExpiry] = useState("7");
  const create = useMutation({
    mutationFn: () => {
      const address = email.trim() ? { email: email.trim() } : {};
      return createInvite({ body: { ...address, role, ...expiresIn(INVITE_EXPIRIES, expiry) } });
    },
    onSuccess: (invite) => {
      setEmail("");
      onMade(invite);
      void queries.invalidateQueries({ queryKey: keys.invites });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form onSubmit={submit} className="space-y-3" aria-label="New invitation">
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-[minmax(0,1fr)_auto_auto_auto]">
        <Field label="Email (optional)" className="max-sm:col-span-2">
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="off"
              placeholder="anybody with the link"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Field label="Role">
          {(control) => (
            <NativeSelect
              {...control}
              className="w-full sm:w-28"
              value={role}
              onChange={(event) => setRole(event.target.value === "admin" ? "admin" : "member")}
            >
              <NativeSelectOption value="member">Member</NativeSelectOption>
              <NativeSelectOption value="admin">Admin</NativeSelectOption>
            </NativeSelect>
          )}
        </Field>
        <Field label="Valid for">
          {(control) => (
            <ExpirySelect control={control} expiries={INVITE_EXPIRIES} value={expiry} onChange={setExpiry} />
          )}
        </Field>
        <Button type="submit" className="max-sm:col-span-2" disabled={create.isPending}>
          {create.isPending ? "Creating…" : "Create link"}
        </Button>
      </div>
      <FormProblem error={create.error} />
    </form>
  );
}

function InviteList() {
  const { data: invites, error, refetch } = useQuery(invitesQuery());
  if (error && invites === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!invites || invites.length === 0) return null;
  return (
    <ul aria-label="Open invitations" className="divide-y rounded-lg border bg-card">
      {invites.map((invite) => (
        <InviteItem key={invite.id} invite={invite} />
      ))}
    </ul>
  );
}

function InviteItem({ invite }: { invite: Invite }) {
  const queries = useQueryClient();
  const who = invite.email ?? "anybody with the link";
  const revoke = useMutation({
    mutationFn: () => deleteInvite({ path: { invite_id: invite.id } }),
    onSuccess: () => {
      queries.setQueryData<Invite[]>(keys.invites, (invites) => invites?.filter((each) => each.id !== invite.id));
      toast.success("The invitation is withdrawn");
    },
    onError: (error) => notifyProblem("The invitation was not withdrawn", error),
  });
  return (
    <li className="flex items-center gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{who}</p>
        <p className="text-muted-foreground text-xs">
          {invite.role === "admin" ? "Admin" : "Member"} · {isExpired(invite.expires_at) ? "expired" : "until"}{" "}
          {formatDate(invite.expires_at)}
        </p>
      </div>
      <Button
        variant="outline"
        size="sm"
        aria-label={`Withdraw the invitation for ${who}`}
        disabled={revoke.isPending}
        onClick={() => revoke.mutate()}
      >
        Withdraw
      </Button>
    </li>
  );
}
