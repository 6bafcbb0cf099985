"use client";

import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { plural } from "@/lib/format";
import type { Problem } from "@/lib/problem";
import { environmentOf, envProblem } from "./env-rules";
import { type Draft, originOf, withGitAddress } from "./form/draft";
import { EnvEditor } from "./form/env-editor";
import { FormFooter } from "./form/form-footer";
import { GitFields, MoreGitFields } from "./form/git-fields";
import { FixedName, NameField } from "./form/name-field";
import { Section } from "./form/section";
import { SourceSummary } from "./form/source-summary";
import { useSiteNameState } from "./form/use-site-name";
import type { Order, SendProgress } from "./send/deliver";
import { gitUrlProblem, readGitAddress } from "./source/git-url";
import { deriveSiteName } from "./source/site-name";
import type { FileSource, FolderSource } from "./source/source";

type DeployFormProps = {
  draft: Draft & { source: FileSource | "git" };
  /** The site's name where it is not to be chosen. */
  site: string | undefined;
  progress: SendProgress | null;
  problem: Problem | null;
  onDraft: (change: Partial<Draft>) => void;
  onGitPaste: (text: string) => void;
  onTakeEnv: (source: FolderSource) => void;
  onSend: (order: Order) => void;
  onCancel: () => void;
};

/** What will be deployed, as what, and the button. While it is sent nothing can be changed. */
export function DeployForm(props: DeployFormProps) {
  const { draft, site, progress, problem, onDraft, onGitPaste, onTakeEnv, onSend, onCancel } = props;
  const { source, git, env } = draft;
  const [tried, setTried] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const urlField = useRef<HTMLInputElement>(null);

  const urlProblem = source === "git" ? gitUrlProblem(readGitAddress(git.url).url) : null;
  const derived = source === "git" && urlProblem ? "" : deriveSiteName(originOf(draft));
  const name = useSiteNameState(site ?? draft.name, derived);
  const variablesProblem = envProblem(env);
  const refused = (pointer: string) => problem?.field(pointer);
  const sections = useSections(draft, problem);
  const { button, focus } = useFirstFocus(source === "git" && git.url === "" ? urlField : nameField);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (progress) return;
    if (urlProblem) return urlField.current?.focus();
    if (name.kind === "empty" || name.kind === "invalid" || name.kind === "taken") return nameField.current?.focus();
    if (variablesProblem) return sections.toggle("env", true);
    const request = withGitAddress(draft, git.url).git;
    onSend({
      site: name.name,
      env: environmentOf(env),
      source: source === "git" ? { kind: "git", request } : source,
    });
  };
  const takeEnv = (folder: FolderSource) => {
    onTakeEnv(folder);
    focus(); // its button goes away
  };
  const changeGit = (change: Partial<Draft["git"]>) => onDraft({ git: { ...git, ...change } });
  const nameError = refused("/site") ?? (problem?.code === "site_taken" ? problem.detail : null);
  const busy = progress !== null;
  return (
    <form onSubmit={submit} noValidate aria-label="Deploy" className="overflow-hidden rounded-xl border bg-card">
      <SourceSummary source={source} disabled={busy} onChange={() => onDraft({ source: null })} onTakeEnv={takeEnv} />
      <fieldset disabled={busy} className="min-w-0">
        <div className="grid gap-2 p-5">
          {source === "git" && (
            <GitFields
              git={git}
              errors={{ url: refused("/url") ?? (tried ? urlProblem : null), ref: refused("/ref") }}
              urlRef={urlField}
              onChange={changeGit}
              onAddress={(text) => onDraft(withGitAddress(draft, text))}
            />
          )}
          {site === undefined ? (
            <NameField
              state={name}
              error={nameError ?? (tried && name.kind === "empty" ? "Give the site a name." : null)}
              inputRef={nameField}
              onChange={(typed) => onDraft({ name: typed })}
              onGitPaste={onGitPaste}
            />
          ) : (
            <FixedName state={name} error={nameError} />
          )}
        </div>
        {source === "git" && (
          <Section
            title="Subdirectory, private repository"
            summary={[git.subdirectory, git.token && "access token set"].filter(Boolean).join(" · ")}
            {...sections.of("more")}
          >
            <MoreGitFields
              git={git}
              errors={{ subdirectory: refused("/subdirectory"), token: refused("/token") }}
              onChange={changeGit}
            />
          </Section>
        )}
        <Section
          title="Environment variables"
          summary={env.length > 0 ? plural(Object.keys(environmentOf(env)).length, "variable") : ""}
          {...sections.of("env")}
        >
          <EnvEditor
            rows={env}
            error={refused("/env") ?? (tried ? variablesProblem : null)}
            onChange={(rows) => onDraft({ env: rows })}
          />
        </Section>
      </fieldset>
      <FormFooter name={name.name} progress={progress} problem={problem} submitRef={button} onCancel={onCancel} />
    </form>
  );
}

type SectionName = "more" | "env";

/** Folded, except where something is set, or refused. */
function useSections({ git, env }: Draft, problem: Problem | null) {
  const [open, setOpen] = useState({ more: git.subdirectory !== "" || git.token !== "", env: env.length > 0 });
  const toggle = (section: SectionName, isOpen: boolean) => setOpen((old) => ({ ...old, [section]: isOpen }));
  useEffect(() => {
    if (problem?.field("/env")) setOpen((old) => ({ ...old, env: true }));
    if (problem?.field("/subdirectory") || problem?.field("/token")) setOpen((old) => ({ ...old, more: true }));
  }, [problem]);
  const count = env.length;
  useEffect(() => {
    if (count > 0) setOpen((old) => ({ ...old, env: true }));
  }, [count]);
  const of = (section: SectionName) => ({
    open: open[section],
    onOpenChange: (isOpen: boolean) => toggle(section, isOpen),
  });
  return { of, toggle };
}

/** On what may need a hand first; Enter deploys from there. Without such a field, on the button itself. */
function useFirstFocus(field: { current: HTMLInputElement | null }) {
  const button = useRef<HTMLButtonElement>(null);
  const focus = () => {
    (field.current ?? button.current)?.focus();
    field.current?.select();
  };
  const begin = useEffectEvent(focus);
  useEffect(() => begin(), []);
  return { button, focus };
}
