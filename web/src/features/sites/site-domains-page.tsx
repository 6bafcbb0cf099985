"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, Globe, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useSession } from "@/features/session";
import { problemOf, type Site, updateSite } from "@/lib/api";
import { keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { safeHref } from "@/lib/utils";
import { DnsHelp } from "./dns-help";
import { domainProblem, domainUrl, hostOf } from "./domains";
import { notifyProblem } from "./notify";
import { useSite } from "./site-layout";

export function SiteDomainsPage() {
  const site = useSite();
  const change = useDomains(site);
  const [added, setAdded] = useState<string | null>(null);
  return (
    <div className="max-w-3xl space-y-6">
      <p className="text-muted-foreground">
        Domains of your own lead to the site at once, as soon as their DNS record points here.
      </p>
      <AddDomain site={site} change={change} onAdded={setAdded} />
      {site.domains.length === 0 ? (
        <EmptyState icon={Globe} title="No domain of your own yet">
          The site answers at its own address meanwhile.
        </EmptyState>
      ) : (
        <ul aria-label="Domains" className="divide-y rounded-lg border bg-card">
          {site.domains.map((host) => (
            <DomainItem key={host} host={host} site={site} change={change} isNew={host === added} />
          ))}
        </ul>
      )}
    </div>
  );
}

type Change = ReturnType<typeof useDomains>;

function useDomains(site: Site) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (domains: string[]) => updateSite({ path: { name: site.name }, body: { domains } }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.site(site.name), changed);
      void queries.invalidateQueries({ queryKey: keys.sites });
    },
  });
}

interface AddDomainProps {
  site: Site;
  change: Change;
  onAdded: (host: string) => void;
}

function AddDomain({ site, change, onAdded }: AddDomainProps) {
  const { config } = useSession();
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const host = hostOf(text);
    const problem = domainProblem(host, site.domains, config.base_domain);
    setError(problem);
    if (problem !== null) return;
    try {
      await change.mutateAsync([...site.domains, host]);
      setText("");
      onAdded(host);
      toast.success(`${host} leads to ${site.name}`);
    } catch (failure) {
      const { detail, hint } = problemOf(failure);
      setError([detail, hint].filter(Boolean).join(" "));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex items-start gap-3" aria-label="Add a domain">
      <Field label="Domain" error={error} className="min-w-0 flex-1">
        {(control) => (
          <Input
            {...control}
            inputMode="url"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder="www.example.com"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setError(null);
            }}
          />
        )}
      </Field>
      <Button type="submit" className="mt-[1.375rem]" disabled={change.isPending || text.trim() === ""}>
        <Plus aria-hidden /> {change.isPending ? "Saving…" : "Add"}
      </Button>
    </form>
  );
}

interface DomainItemProps {
  host: string;
  site: Site;
  change: Change;
  isNew: boolean;
}

function DomainItem({ host, site, change, isNew }: DomainItemProps) {
  function remove() {
    const before = [...site.domains];
    change.mutate(
      before.filter((each) => each !== host),
      {
        onSuccess: () =>
          toast.success(`${host} no longer leads here`, {
            action: { label: "Undo", onClick: () => change.mutate(before) },
          }),
        onError: (error) => notifyProblem("The domain was not removed", error),
      },
    );
  }

  return (
    <li className="px-4 py-3">
      <div className="flex items-center gap-3">
        <a
          href={safeHref(domainUrl(site.url, host))}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-w-0 items-center gap-1.5 break-all rounded-sm font-medium hover:underline"
        >
          {host}
          <ExternalLink aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
          <span className="sr-only">(opens in a new tab)</span>
        </a>
        <Button
          variant="ghost"
          size="icon-sm"
          className="ml-auto"
          aria-label={`Remove ${host}`}
          title={`Remove ${host}`}
          disabled={change.isPending}
          onClick={remove}
        >
          <Trash2 aria-hidden />
        </Button>
      </div>
      <DnsHelp host={host} siteUrl={site.url} isOpen={isNew} />
    </li>
  );
}
