"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { NativeSelect, NativeSelectOption } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { useSession } from "@/features/session";
import { notifyProblem } from "@/features/sites/notify";
import { deleteUser, type Member, type Role, updateUser } from "@/lib/api";
import { plural } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { PasswordLink } from "./password-link";

/** One's own row can't be changed: nobody locks themselves out by a slip. */
export function MemberItem({ member }: { member: Member }) {
  const { user } = useSession();
  const queries = useQueryClient();
  const isSelf = member.uid === user.uid;
  const label = member.name || member.email || "this member";
  const change = useMutation({
    mutationFn: (body: { role?: Role; disabled?: boolean }) => updateUser({ path: { uid: member.uid }, body }),
    onSuccess: (changed) =>
      queries.setQueryData<Member[]>(keys.users, (members) =>
        members?.map((each) => (each.uid === changed.uid ? changed : each)),
      ),
    onError: (error) => notifyProblem(`${label} was not changed`, error),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Who member={member} isSelf={isSelf} />
      <div className="flex items-center gap-3 max-sm:order-last max-sm:w-full">
        <RoleSelect
          label={`Role of ${label}`}
          role={member.role}
          disabled={isSelf || change.isPending}
          onChange={(role) => change.mutate({ role })}
        />
        <Enabled
          label={label}
          isEnabled={!member.disabled}
          disabled={isSelf || change.isPending}
          onChange={(isEnabled) => change.mutate({ disabled: !isEnabled })}
        />
      </div>
      <div className="flex items-center gap-1">
        <PasswordLink member={member} label={label} disabled={isSelf || member.disabled || member.email === null} />
        <RemoveButton member={member} label={label} disabled={isSelf} />
      </div>
    </li>
  );
}

function Who({ member, isSelf }: { member: Member; isSelf: boolean }) {
  return (
    <div className="min-w-0 flex-1 basis-40 sm:basis-56">
      <p className="flex min-w-0 items-center gap-2">
        <span className="truncate font-medium">{member.name || member.email}</span>
        {isSelf && <Badge variant="secondary">You</Badge>}
        {member.disabled && <Badge variant="warning">Disabled</Badge>}
      </p>
      <p className="truncate text-muted-foreground text-xs">
        {member.name && member.email && `${member.email} · `}
        {plural(member.sites, "site")} · joined <RelativeTime value={member.created_at} />
      </p>
    </div>
  );
}

interface RoleSelectProps {
  label: string;
  role: Role;
  disabled: boolean;
  onChange: (role: Role) => void;
}

function RoleSelect({ label, role, disabled, onChange }: RoleSelectProps) {
  return (
    <NativeSelect
      size="sm"
      aria-label={label}
      className="w-28"
      value={role}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value === "admin" ? "admin" : "member")}
    >
      <NativeSelectOption value="member">Member</NativeSelectOption>
      <NativeSelectOption value="admin">Admin</NativeSelectOption>
    </NativeSelect>
  );
}

interface EnabledProps {
  label: string;
  isEnabled: boolean;
  disabled: boolean;
  onChange: (isEnabled: boolean) => void;
}

function Enabled({ label, isEnabled, disabled, onChange }: EnabledProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <Switch
        id={id}
        checked={isEnabled}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-label={`${label} may sign in`}
      />
      <span aria-hidden className="text-muted-foreground text-xs">
        May sign in
      </span>
    </div>
  );
}

function RemoveButton({ member, label, disabled }: { member: Member; label: string; disabled: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();

  async function remove() {
    await deleteUser({ path: { uid: member.uid } });
    queries.setQueryData<Member[]>(keys.users, (members) => members?.filter((each) => each.uid !== member.uid));
    toast.success(`${label} is removed`);
  }

  return (
    <>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={`Remove ${label}`}
        title={`Remove ${label}`}
        disabled={disabled}
        onClick={() => setAsking(true)}
      >
        <Trash2 aria-hidden />
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={`Remove ${label}?`}
        description={
          member.sites > 0
            ? `They have ${plural(member.sites, "site")}: delete those first, or disable the account instead.`
            : "Their sessions and API tokens stop working at once."
        }
        actionLabel="Remove member"
        destructive
        onConfirm={remove}
      />
    </>
  );
}
