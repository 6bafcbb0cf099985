"use client";

import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState } from "react";
import { paths } from "@/lib/paths";
import { DeployForm } from "./deploy-form";
import { DropOverlay } from "./drop-overlay";
import { DropZone } from "./drop-zone";
import { looksLikeEnv, parseEnvFile } from "./env-file";
import { type Draft, EMPTY_DRAFT, withEnv, withGitAddress } from "./form/draft";
import { useSend } from "./send/use-send";
import { without } from "./source/folder";
import { looksLikeGit } from "./source/git-url";
import { takeOver } from "./source/handover";
import { refusal } from "./source/problems";
import type { FolderSource } from "./source/source";
import { useFileDrop } from "./source/use-file-drop";
import { useSource } from "./source/use-source";
import { usePanelPaste } from "./use-panel-paste";

type DeployPanelProps = {
  /** Deploys to this site; without, the name is suggested and can be chosen. */
  site?: string;
  autoFocus?: boolean;
  /** A repository to begin with. */
  git?: string;
  /** Whether something is chosen or typed that would be lost with the panel. */
  onActiveChange?: (active: boolean) => void;
};

/** From nothing to a deployment: drop, choose or paste; look it over; send. One a page. */
export function DeployPanel({ site, autoFocus = false, git, onActiveChange }: DeployPanelProps) {
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>(() =>
    git ? { ...withGitAddress(EMPTY_DRAFT, git), source: "git" } : EMPTY_DRAFT,
  );
  const sending = useSend((id) => router.push(paths.deployment(id)));
  const busy = sending.progress !== null;

  const reading = useSource((source) => change({ source }));
  const change = (part: Partial<Draft>) => {
    sending.forget();
    reading.tell(null);
    setDraft((old) => ({ ...old, ...part }));
  };
  const startGit = (text: string) => {
    reading.cancel();
    change({ ...withGitAddress(draft, text), source: "git" });
  };
  const takeText = (text: string) => {
    if (looksLikeGit(text)) startGit(text);
    else if (draft.source !== null && looksLikeEnv(text)) change(withEnv(draft, parseEnvFile(text).entries));
    else if (draft.source === null && text.trim()) reading.tell(onlyText());
  };
  const takeFolderEnv = async (source: FolderSource) => {
    const file = source.folder.files.find(({ path }) => path === ".env")?.file;
    if (!file) return;
    const { entries } = parseEnvFile(await file.text());
    change({ ...withEnv(draft, entries), source: { ...source, folder: without(source.folder, ".env") } });
  };

  const held = useFileDrop(reading.read, busy);
  usePanelPaste({ onFiles: reading.read, onText: takeText }, busy);
  const begin = useEffectEvent(() => {
    const dropped = takeOver();
    if (dropped) reading.read(dropped);
  });
  useEffect(() => begin(), []);

  const { source } = draft;
  const active = source !== null || draft.git.url !== "" || reading.found !== null;
  const tellActive = useEffectEvent(() => onActiveChange?.(active));
  // biome-ignore lint/correctness/useExhaustiveDependencies: told whenever it changes
  useEffect(() => tellActive(), [active]);
  return (
    <div className="max-w-3xl">
      {held && <DropOverlay text={site ? `Drop to deploy to ${site}` : "Drop to deploy"} />}
      {source === null || reading.found !== null ? (
        <DropZone
          autoFocus={autoFocus}
          found={reading.found}
          problem={reading.problem}
          gitUrl={draft.git.url}
          onFiles={reading.read}
          onText={takeText}
          onCancel={reading.cancel}
          onGitUrl={(url) => change({ git: { ...draft.git, url } })}
          onGit={() => startGit(draft.git.url)}
        />
      ) : (
        <DeployForm
          key={source === "git" ? "git" : "files"}
          draft={{ ...draft, source }}
          site={site}
          progress={sending.progress}
          problem={sending.problem ?? reading.problem}
          onDraft={change}
          onGitPaste={startGit}
          onTakeEnv={(folder) => void takeFolderEnv(folder)}
          onSend={sending.send}
          onCancel={sending.cancel}
        />
      )}
    </div>
  );
}

const onlyText = () =>
  refusal("only_text", "That is text, not files.", "Drop a folder or a ZIP, or paste a repository’s address.");
