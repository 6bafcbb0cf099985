"use client";

import { type ClipboardEvent, type RefObject, useState } from "react";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { httpsInstead, looksLikeGit } from "../source/git-url";
import type { Draft } from "./draft";
import { PLAIN_TEXT } from "./plain-text";

type GitFieldsProps = {
  git: Draft["git"];
  errors: { url?: string | null | undefined; ref?: string | undefined };
  urlRef: RefObject<HTMLInputElement | null>;
  onChange: (change: Partial<Draft["git"]>) => void;
  /** A whole address, which may say more than the repository. */
  onAddress: (text: string) => void;
};

export function GitFields({ git, errors, urlRef, onChange, onAddress }: GitFieldsProps) {
  const https = httpsInstead(git.url);
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!looksLikeGit(text)) return;
    event.preventDefault();
    onAddress(text);
  };
  return (
    <div className="grid gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_13rem]">
      <Field
        label="Repository"
        keepsNote
        error={errors.url}
        hint={
          https && (
            <span className="flex flex-wrap items-center gap-x-2">
              For ssh the operator has to have set a key.
              <Button variant="link" size="sm" className="h-auto px-0 text-xs" onClick={() => onChange({ url: https })}>
                Use https instead
              </Button>
            </span>
          )
        }
      >
        {(control) => (
          <Input
            {...control}
            {...PLAIN_TEXT}
            ref={urlRef}
            name="url"
            inputMode="url"
            required
            maxLength={2048}
            placeholder="https://code.example.com/owner/repository"
            value={git.url}
            onChange={(event) => onChange({ url: event.target.value })}
            onPaste={paste}
            onBlur={() => git.url && onAddress(git.url)}
          />
        )}
      </Field>
      <Field label="Branch, tag or commit" keepsNote error={errors.ref} hint="Empty: the default branch.">
        {(control) => (
          <Input
            {...control}
            {...PLAIN_TEXT}
            name="ref"
            maxLength={255}
            placeholder="main"
            value={git.ref}
            onChange={(event) => onChange({ ref: event.target.value.trim() })}
          />
        )}
      </Field>
    </div>
  );
}

type MoreProps = Pick<GitFieldsProps, "git" | "onChange"> & {
  errors: { subdirectory?: string | undefined; token?: string | undefined };
};

/** What few repositories need. */
export function MoreGitFields({ git, errors, onChange }: MoreProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
      <Field label="Subdirectory" keepsNote error={errors.subdirectory} hint="The project’s folder in the repository.">
        {(control) => (
          <Input
            {...control}
            {...PLAIN_TEXT}
            name="subdirectory"
            maxLength={1024}
            placeholder="apps/web"
            value={git.subdirectory}
            onChange={(event) => onChange({ subdirectory: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Access token"
        keepsNote
        error={errors.token}
        hint="For a private repository. Kept encrypted, never shown."
      >
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              {...PLAIN_TEXT}
              autoComplete="new-password"
              type={shown ? "text" : "password"}
              name="token"
              maxLength={1024}
              value={git.token}
              onChange={(event) => onChange({ token: event.target.value.trim() })}
            />
            <Button variant="outline" aria-pressed={shown} onClick={() => setShown(!shown)}>
              {shown ? "Hide" : "Show"}
            </Button>
          </div>
        )}
      </Field>
    </div>
  );
}
