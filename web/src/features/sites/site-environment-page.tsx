"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { changeEnv, type Site } from "@/lib/api";
import { plural } from "@/lib/format";
import { keys } from "@/lib/queries";
import { EnvAddForm } from "./env-add-form";
import { changeCount, EMPTY_DRAFT, patchOf, put, remove, reset, rows, tooMany } from "./env-draft";
import { EnvRowItem } from "./env-row";
import { useSite } from "./site-layout";
import { useEnvDraft } from "./use-env-draft";
import { useSiteActions } from "./use-site-actions";

export function SiteEnvironmentPage() {
  const site = useSite();
  const { draft, setDraft } = useEnvDraft(site.name);
  const stored = site.env_keys;
  const shown = rows(draft, stored);
  return (
    <div className="max-w-3xl space-y-6">
      <p className="text-muted-foreground">
        Given to the site’s build and to the running site. Values are stored encrypted and never shown again; a change
        counts from the next deployment on.
      </p>
      <EnvAddForm
        stored={stored}
        onAdd={(entries) => setDraft((now) => entries.reduce((next, { key, value }) => put(next, key, value), now))}
      />
      {shown.length === 0 ? (
        <EmptyState icon={KeyRound} title="No variables yet">
          Add one above, or paste a whole .env file into the name’s field.
        </EmptyState>
      ) : (
        <ul aria-label="Variables" className="divide-y rounded-lg border bg-card">
          {shown.map((row) => (
            <EnvRowItem
              key={row.key}
              row={row}
              onChange={(value) => setDraft((now) => put(now, row.key, value))}
              onRemove={() => setDraft((now) => remove(now, row.key, stored))}
              onReset={() => setDraft((now) => reset(now, row.key))}
            />
          ))}
        </ul>
      )}
      <SaveBar
        site={site}
        draft={draft}
        onSaved={() => setDraft(() => EMPTY_DRAFT)}
        onDiscard={() => setDraft(() => EMPTY_DRAFT)}
      />
    </div>
  );
}

interface SaveBarProps {
  site: Site;
  draft: Parameters<typeof patchOf>[0];
  onSaved: () => void;
  onDiscard: () => void;
}

function SaveBar({ site, draft, onSaved, onDiscard }: SaveBarProps) {
  const queries = useQueryClient();
  const [isSaved, setSaved] = useState(false);
  const save = useMutation({
    mutationFn: () => changeEnv({ path: { name: site.name }, body: patchOf(draft) }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.site(site.name), changed);
      setSaved(true);
      onSaved();
    },
  });
  const count = changeCount(draft);
  if (count === 0) return isSaved ? <SavedNote site={site} onDone={() => setSaved(false)} /> : null;
  const excess = tooMany(draft, site.env_keys);
  return (
    <div className="sticky bottom-4 z-20 space-y-3 rounded-lg border bg-popover p-3 shadow-lg">
      <FormProblem error={save.error} />
      {excess && <p className="text-danger text-sm">A site has at most 200 variables.</p>}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status">{plural(count, "change")} not saved yet</p>
        <div className="flex gap-2">
          <Button variant="ghost" disabled={save.isPending} onClick={onDiscard}>
            Discard
          </Button>
          <Button disabled={save.isPending || excess} onClick={() => save.mutate()}>
            {save.isPending ? "Saving…" : "Save"}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** The next step, where it is thought of: what was saved changes nothing that runs. */
function SavedNote({ site, onDone }: { site: Site; onDone: () => void }) {
  const actions = useSiteActions(site.name);
  const latest = site.latest;
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-info-soft px-4 py-3">
      <p>Saved. It counts from the next deployment on.</p>
      {latest && (
        <Button
          variant="outline"
          size="sm"
          disabled={actions.pending !== null}
          onClick={() => {
            actions.redeploy(latest);
            onDone();
          }}
        >
          Redeploy now
        </Button>
      )}
    </div>
  );
}
