"use client";

import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { Secret } from "@/components/secret";
import { Button } from "@/components/ui/button";
import { notifyProblem } from "@/features/sites/notify";
import { createPasswordLink, type Member } from "@/lib/api";
import { plural } from "@/lib/format";
import { SecretDialog } from "./secret-dialog";

type PasswordLinkProps = { member: Member; label: string; disabled: boolean };

/** For somebody who forgot their password. Until the link is used, the old one stays good. */
export function PasswordLink({ member, label, disabled }: PasswordLinkProps) {
  const make = useMutation({
    mutationFn: () => createPasswordLink({ path: { uid: member.uid } }),
    onError: (error) => notifyProblem(`No link was made for ${label}`, error),
  });
  return (
    <>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={`Password link for ${label}`}
        title={`Password link for ${label}`}
        disabled={disabled || make.isPending}
        onClick={() => make.mutate()}
      >
        <KeyRound aria-hidden />
      </Button>
      <SecretDialog
        open={make.data !== undefined}
        onClose={() => make.reset()}
        title="Password link"
        description={`With it ${label} chooses a new password. Copy it now and pass it on: it can’t be shown again, and it works once.`}
      >
        {make.data && (
          <>
            <Secret label={`For ${member.email}`} value={make.data.url} />
            <p className="text-muted-foreground text-xs">
              Valid for {plural(Math.max(1, Math.round(make.data.expires_in / 3600)), "hour")}. Whoever has it can sign
              in as them: send it in a way that only they read.
            </p>
          </>
        )}
      </SecretDialog>
    </>
  );
}
