"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { ErrorState } from "@/components/error-state";
import { paths } from "@/lib/paths";
import { configQuery } from "@/lib/queries";
import { AccountForm } from "./account-form";
import { AuthHeading, AuthSkeleton } from "./auth-text";
import { Notice } from "./notice";
import { useHashSecret } from "./use-hash-secret";

const SIGN_IN = { href: paths.login(), label: "Sign in" };

export function SignupPage() {
  const config = useQuery(configQuery());
  const invite = useHashSecret("invite");
  if (config.error && !config.data) return <ErrorState error={config.error} retry={config.refetch} />;
  if (!config.data || invite === undefined) return <AuthSkeleton fields={3} title="Create an account" />;
  if (config.data.needs_setup) {
    return (
      <Notice title="This platform is not set up yet">
        The first account is made through the link that <code className="font-mono">zipp up</code> printed on the
        server.
      </Notice>
    );
  }
  if (config.data.signup === "closed" && !invite) {
    return (
      <Notice title="Sign-up is closed" link={SIGN_IN}>
        Ask an admin of this platform for an invitation link.
      </Notice>
    );
  }
  if (config.data.signup === "invite" && !invite) {
    return (
      <Notice title="You need an invitation" link={SIGN_IN}>
        Open the whole link that an admin of this platform sent you.
      </Notice>
    );
  }
  return (
    <div className="grid gap-6">
      <AuthHeading title="Create an account">
        {invite ? "You were invited to deploy sites on this platform." : "To deploy sites on this platform."}
      </AuthHeading>
      <AccountForm proof={invite ? { invite } : {}} action="Create account" />
      <p className="text-muted-foreground">
        Have an account?{" "}
        <Link href={paths.login()} className="text-foreground underline underline-offset-4">
          Sign in
        </Link>
      </p>
    </div>
  );
}
