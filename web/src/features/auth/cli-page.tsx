"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { TerminalIcon } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Suspense, useMemo, useState } from "react";
import { ErrorState } from "@/components/error-state";
import { FormProblem } from "@/components/form-problem";
import { Secret } from "@/components/secret";
import { Button } from "@/components/ui/button";
import { useLeadToSignIn } from "@/features/session/use-lead-to-sign-in";
import { useSignOut } from "@/features/session/use-sign-out";
import { handOver, problemOf, type User } from "@/lib/api";
import { plural } from "@/lib/format";
import { paths } from "@/lib/paths";
import { configQuery, meQuery } from "@/lib/queries";
import { AuthHeading, AuthSkeleton } from "./auth-text";
import { type CliRequest, callbackAddress, readCliRequest } from "./cli-request";
import { Notice } from "./notice";

const TITLE = "Sign in the command line";
const DASHBOARD = { href: paths.dashboard, label: "To the dashboard" };

/** Where `zipp login` leads: whoever is signed in here lets it in, or not. */
export function CliPage() {
  return (
    <Suspense fallback={<AuthSkeleton fields={2} title={TITLE} />}>
      <Asked />
    </Suspense>
  );
}

function Asked() {
  const query = useSearchParams();
  const request = useMemo(() => readCliRequest(new URLSearchParams(query)), [query]);
  const me = useQuery({ ...meQuery(), retry: false, staleTime: 0 });
  const config = useQuery(configQuery());
  const isSignedOut = me.error !== null && problemOf(me.error).status === 401;
  useLeadToSignIn(request !== null && isSignedOut, config.data);

  if (request === null) {
    return (
      <Notice title="This link is not whole" link={DASHBOARD}>
        Run <Command>zipp login</Command> again, and open all of the address that it prints.
      </Notice>
    );
  }
  const error = isSignedOut ? config.error : me.error;
  if (error) return <ErrorState error={error} retry={() => Promise.all([me.refetch(), config.refetch()])} />;
  if (!me.data || me.isFetching) return <AuthSkeleton fields={2} title={TITLE} />;
  return <Question request={request} user={me.data} />;
}

function Question({ request, user }: { request: CliRequest; user: User }) {
  const [isDenied, setDenied] = useState(false);
  const allow = useMutation({
    mutationFn: () => handOver({ body: { challenge: request.challenge } }),
    onSuccess: ({ token }) => {
      if (request.callback) window.location.assign(callbackAddress(request.callback, token));
    },
  });
  if (isDenied) {
    return (
      <Notice title="Nothing was allowed" link={DASHBOARD}>
        The command line stays signed out: press Ctrl-C where it waits. You may close this page.
      </Notice>
    );
  }
  if (allow.data) return <Allowed request={request} token={allow.data.token} seconds={allow.data.expires_in} />;
  return (
    <div className="grid gap-6">
      <AuthHeading title={TITLE}>
        The command <Command>zipp</Command> asks to act in your name.
      </AuthHeading>
      <Who request={request} user={user} />
      <p className="text-muted-foreground">
        It gets an API token of its own and may do what you may do: deploy, change and delete sites
        {user.role === "admin" && ", and manage this platform’s members"}. You can revoke it at any time under Settings,
        API tokens.
      </p>
      <p className="rounded-md bg-warning-soft px-3 py-2">
        Allow it only if you have just run <Command>zipp login</Command> there yourself.
      </p>
      <FormProblem error={allow.error} />
      <div className="grid grid-cols-2 gap-3">
        <Button variant="outline" onClick={() => setDenied(true)} disabled={allow.isPending}>
          Cancel
        </Button>
        <Button onClick={() => allow.mutate()} disabled={allow.isPending}>
          Allow
        </Button>
      </div>
    </div>
  );
}

function Who({ request, user }: { request: CliRequest; user: User }) {
  const signOut = useSignOut();
  const another = () => signOut(window.location.pathname + window.location.search);
  return (
    <dl className="grid gap-4 rounded-lg border bg-card p-4">
      <div className="grid gap-1">
        <dt className="text-muted-foreground text-xs">Machine that asks, as it calls itself</dt>
        <dd className="flex items-center gap-2 font-medium">
          <TerminalIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
          <span className="min-w-0 break-words">{request.machine ?? "It gave no name"}</span>
        </dd>
      </div>
      <div className="grid gap-1">
        <dt className="text-muted-foreground text-xs">Account that it acts for</dt>
        <dd className="min-w-0">
          <span className="block break-words font-medium">{user.name || user.email}</span>
          {user.name && user.email && <span className="block break-words text-muted-foreground">{user.email}</span>}
          <button
            type="button"
            onClick={() => void another()}
            className="mt-1 rounded text-muted-foreground text-xs underline underline-offset-4 hover:text-foreground"
          >
            Use another account
          </button>
        </dd>
      </div>
    </dl>
  );
}

function Allowed({ request, token, seconds }: { request: CliRequest; token: string; seconds: number }) {
  if (request.callback) {
    return (
      <div role="status">
        <AuthHeading title="Allowed">
          Go on in your terminal. If it still waits there, run <Command>zipp login</Command> again.
        </AuthHeading>
      </div>
    );
  }
  return (
    <div role="status" className="grid gap-6">
      <AuthHeading title="Allowed">
        Paste this token into the terminal where <Command>zipp login</Command> waits for it. It works there only, once,
        for {plural(Math.max(1, Math.round(seconds / 60)), "minute")}.
      </AuthHeading>
      <Secret label="Token" value={token} />
      <p className="text-muted-foreground">Give it to nobody. This page may be closed afterwards.</p>
    </div>
  );
}

function Command({ children }: { children: string }) {
  return <code className="whitespace-nowrap font-mono text-foreground">{children}</code>;
}
