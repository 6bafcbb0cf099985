"use client";

import { CircleCheckIcon, LoaderIcon, RefreshCwIcon } from "lucide-react";
import type { ClipboardEvent, RefObject } from "react";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useSession } from "@/features/session";
import { looksLikeGit } from "../source/git-url";
import { PLAIN_TEXT } from "./plain-text";
import type { NameState } from "./use-site-name";

type NameFieldProps = {
  state: NameState;
  /** Refused when it was sent, or left empty: said even while the field is not touched. */
  error: string | null;
  inputRef: RefObject<HTMLInputElement | null>;
  onChange: (name: string) => void;
  onGitPaste: (text: string) => void;
};

export function NameField({ state, error, inputRef, onChange, onGitPaste }: NameFieldProps) {
  const refused = error ?? (state.kind === "invalid" || state.kind === "taken" ? state.text : null);
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!looksLikeGit(text)) return;
    event.preventDefault();
    onGitPaste(text);
  };
  return (
    <div className="grid gap-1">
      <Field label="Site name" keepsNote error={refused} hint={<NameNote state={state} />}>
        {(control) => (
          <Input
            {...control}
            {...PLAIN_TEXT}
            ref={inputRef}
            name="site"
            required
            placeholder="my-site"
            value={state.name}
            onChange={(event) => onChange(event.target.value.toLowerCase().replace(/[\s_]+/g, "-"))}
            onPaste={paste}
          />
        )}
      </Field>
      {state.suggestion && (
        <Button variant="outline" size="sm" className="w-fit" onClick={() => onChange(state.suggestion ?? "")}>
          Use {state.suggestion}
        </Button>
      )}
    </div>
  );
}

const ICONS = { checking: LoaderIcon, free: CircleCheckIcon, yours: RefreshCwIcon } as const;
const TONES: Partial<Record<NameState["kind"], string>> = { free: "text-success", yours: "text-info" };

function NameNote({ state }: { state: NameState }) {
  const Icon = state.kind === "checking" || state.kind === "free" || state.kind === "yours" ? ICONS[state.kind] : null;
  return (
    <span role="status" className={TONES[state.kind]}>
      {Icon && <Icon aria-hidden className="mr-1 inline size-3.5 align-[-0.15rem]" />}
      {state.text}
    </span>
  );
}

/** The address that the site will have. */
export function SiteUrl({ name, className }: { name: string; className?: string }) {
  const { config } = useSession();
  const [before = "", after = ""] = config.site_url.split("{site}");
  return (
    <span className={className}>
      {before}
      <strong className="font-semibold text-foreground">{name || "my-site"}</strong>
      {after}
    </span>
  );
}

/** Where the site is not to be chosen: what deploying to it means. */
export function FixedName({ state, error }: { state: NameState; error: string | null }) {
  const refused = error ?? (state.kind === "taken" ? state.text : null);
  return (
    <div className="grid gap-1">
      <p className="break-words">
        {state.kind === "free" ? "Makes the site" : "Updates your site"}{" "}
        <strong className="font-semibold">{state.name}</strong>
        {state.kind !== "free" && (
          <span className="text-muted-foreground">. What is live stays live until the new version answers.</span>
        )}
      </p>
      {refused && <p className="text-danger text-xs">{refused}</p>}
    </div>
  );
}
