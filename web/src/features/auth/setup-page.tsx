"use client";

import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/error-state";
import { paths } from "@/lib/paths";
import { configQuery } from "@/lib/queries";
import { AccountForm } from "./account-form";
import { AuthHeading, AuthSkeleton } from "./auth-text";
import { Notice } from "./notice";
import { useHashSecret } from "./use-hash-secret";

export function SetupPage() {
  const config = useQuery(configQuery());
  const token = useHashSecret("token");
  if (config.error && !config.data) return <ErrorState error={config.error} retry={config.refetch} />;
  if (!config.data || token === undefined) return <AuthSkeleton fields={3} title="Set up Zipp" />;
  if (!config.data.needs_setup) {
    return (
      <Notice title="This platform is set up" link={{ href: paths.login(), label: "Sign in" }}>
        Its first account exists already.
      </Notice>
    );
  }
  if (token === null) {
    return (
      <Notice title="This link has no set-up token">
        Open the whole link that <code className="font-mono">zipp up</code> printed on the server.
      </Notice>
    );
  }
  return (
    <div className="grid gap-6">
      <AuthHeading title="Set up Zipp">This makes the first account. It is an admin: it may do everything.</AuthHeading>
      <AccountForm proof={{ setupToken: token }} action="Create the admin account" />
    </div>
  );
}
