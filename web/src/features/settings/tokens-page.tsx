"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Field } from "@/components/field";
import { FormProblem } from "@/components/form-problem";
import { RelativeTime } from "@/components/relative-time";
import { Secret } from "@/components/secret";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { type ApiToken, createToken, deleteToken, type NewApiToken } from "@/lib/api";
import { formatDate } from "@/lib/format";
import { keys, tokensQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { loginCommand } from "./cli-login";
import { expiresIn, isExpired, TOKEN_EXPIRIES } from "./expiry";
import { ExpirySelect } from "./expiry-select";
import { ListSkeleton } from "./list-skeleton";
import { SecretDialog } from "./secret-dialog";

export function TokensPage() {
  const [made, setMade] = useState<NewApiToken | null>(null);
  return (
    <div className="max-w-3xl space-y-6">
      <p className="text-muted-foreground">
        For the command line and for continuous integration. A token may do what you may do; revoke it when it is no
        longer needed.
      </p>
      <NewTokenForm onMade={setMade} />
      <TokenList />
      <SecretDialog
        open={made !== null}
        onClose={() => setMade(null)}
        title={`Token “${made?.name ?? ""}”`}
        description="Copy it now: only its hash is stored, so it can’t be shown again."
      >
        {made && (
          <>
            <Secret label="Token" value={made.token} />
            <Secret label="Sign the command line in" value={loginCommand(window.location.origin, made.token)} />
            <p className="text-muted-foreground text-xs">
              In continuous integration set it as the secret <code className="font-mono">ZIPP_TOKEN</code>, with{" "}
              <code className="font-mono">ZIPP_URL</code> beside it.
            </p>
          </>
        )}
      </SecretDialog>
    </div>
  );
}

function NewTokenForm({ onMade }: { onMade: (token: NewApiToken) => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState("90");
  const create = useMutation({
    mutationFn: () => createToken({ body: { name: name.trim(), ...expiresIn(TOKEN_EXPIRIES, expiry) } }),
    onSuccess: (token) => {
      setName("");
      onMade(token);
      void queries.invalidateQueries({ queryKey: keys.tokens });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form onSubmit={submit} className="space-y-3" aria-label="New token">
      <div className="grid items-end gap-3 sm:grid-cols-[minmax(0,1fr)_auto_auto]">
        <Field label="Name">
          {(control) => (
            <Input
              {...control}
              required
              maxLength={100}
              autoComplete="off"
              placeholder="What it is for, such as CI"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Expires">
          {(control) => (
            <ExpirySelect control={control} expiries={TOKEN_EXPIRIES} value={expiry} onChange={setExpiry} />
          )}
        </Field>
        <Button type="submit" disabled={create.isPending || name.trim() === ""}>
          {create.isPending ? "Creating…" : "Create token"}
        </Button>
      </div>
      <FormProblem error={create.error} />
    </form>
  );
}

function TokenList() {
  const { data: tokens, error, refetch } = useQuery(tokensQuery());
  if (tokens === undefined) {
    return error ? <ErrorState error={error} retry={() => void refetch()} /> : <ListSkeleton />;
  }
  if (tokens.length === 0) {
    return (
      <EmptyState icon={KeyRound} title="No tokens yet">
        Create one above to deploy from a terminal or a pipeline.
      </EmptyState>
    );
  }
  return (
    <ul aria-label="API tokens" className="divide-y rounded-lg border bg-card">
      {tokens.map((token) => (
        <TokenItem key={token.id} token={token} />
      ))}
    </ul>
  );
}

function TokenItem({ token }: { token: ApiToken }) {
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();

  async function revoke() {
    await deleteToken({ path: { token_id: token.id } });
    queries.setQueryData<ApiToken[]>(keys.tokens, (tokens) => tokens?.filter((each) => each.id !== token.id));
    toast.success(`“${token.name}” is revoked`);
  }

  return (
    <li className="flex items-center gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{token.name}</p>
        <p className="text-muted-foreground text-xs">
          Created <RelativeTime value={token.created_at} /> · <Expires at={token.expires_at} />
        </p>
      </div>
      <Button variant="outline" size="sm" aria-label={`Revoke ${token.name}`} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={`Revoke “${token.name}”?`}
        description="Whatever uses it stops working at once."
        actionLabel="Revoke token"
        destructive
        onConfirm={revoke}
      />
    </li>
  );
}

function Expires({ at }: { at: string | null }) {
  if (at === null) return <>does not expire</>;
  if (isExpired(at)) return <span className="text-danger">expired {formatDate(at)}</span>;
  return <>expires {formatDate(at)}</>;
}
