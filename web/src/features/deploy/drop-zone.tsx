"use client";

import { FolderUpIcon, LoaderIcon } from "lucide-react";
import { type ComponentProps, type DragEvent, type FormEvent, useRef, useState } from "react";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { useSession } from "@/features/session";
import { formatBytes, plural } from "@/lib/format";
import type { Problem } from "@/lib/problem";
import { PLAIN_TEXT } from "./form/plain-text";
import type { Dropped } from "./source/source";

type DropZoneProps = {
  autoFocus: boolean;
  found: number | null;
  problem: Problem | null;
  gitUrl: string;
  onFiles: (dropped: Dropped) => void;
  onText: (text: string) => void;
  onCancel: () => void;
  onGitUrl: (url: string) => void;
  onGit: () => void;
};

export function DropZone({
  autoFocus,
  found,
  problem,
  gitUrl,
  onFiles,
  onText,
  onCancel,
  onGitUrl,
  onGit,
}: DropZoneProps) {
  return (
    <div className="grid gap-4">
      <div
        className="relative grid min-h-[21.5rem] place-content-center justify-items-center gap-5 rounded-xl border border-input border-dashed bg-card px-4 py-10 text-center sm:min-h-[18.75rem]"
        {...takesText(onText)}
      >
        {found === null ? (
          <Choices autoFocus={autoFocus} onFiles={onFiles} />
        ) : (
          <ReadingNote found={found} onCancel={onCancel} />
        )}
      </div>
      <FormProblem error={problem} />
      <GitStart url={gitUrl} onChange={onGitUrl} onSubmit={onGit} />
    </div>
  );
}

/** A dragged address is welcome too; without this a browser would go there. */
function takesText(onText: (text: string) => void): Pick<ComponentProps<"div">, "onDragOver" | "onDrop"> {
  const isText = ({ dataTransfer }: DragEvent) =>
    dataTransfer.types.includes("text/plain") && !dataTransfer.types.includes("Files");
  return {
    onDragOver: (event) => isText(event) && event.preventDefault(),
    onDrop: (event) => {
      if (!isText(event)) return;
      event.preventDefault();
      onText(event.dataTransfer.getData("text/plain"));
    },
  };
}

function Choices({ autoFocus, onFiles }: Pick<DropZoneProps, "autoFocus" | "onFiles">) {
  const { config } = useSession();
  const folders = typeof HTMLInputElement !== "undefined" && "webkitdirectory" in HTMLInputElement.prototype;
  return (
    <>
      <span className="grid size-12 place-content-center rounded-xl border bg-background">
        <FolderUpIcon className="size-5.5 text-muted-foreground" aria-hidden />
      </span>
      <div className="grid gap-1">
        <h2 className="font-semibold text-lg tracking-tight">{folders ? "Drop a folder or a ZIP" : "Choose a ZIP"}</h2>
        <p className="text-balance text-muted-foreground">
          HTML or a project with its source: what has to be built is built for you.
        </p>
      </div>
      <div className="flex flex-wrap justify-center gap-2">
        {folders && <FilesButton label="Choose a folder" folder autoFocus={autoFocus} onFiles={onFiles} />}
        <FilesButton label="Choose a ZIP or files" autoFocus={autoFocus && !folders} onFiles={onFiles} />
      </div>
      <p className="text-muted-foreground text-xs">
        Up to {formatBytes(config.upload_max_bytes)}. node_modules and .git are left out.
      </p>
    </>
  );
}

/** Every browser has it by this name; React's types do not. */
const DIRECTORY = { webkitdirectory: "" };

type FilesButtonProps = Pick<DropZoneProps, "autoFocus" | "onFiles"> & { label: string; folder?: boolean };

function FilesButton({ label, folder = false, autoFocus, onFiles }: FilesButtonProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        size="lg"
        variant={folder ? "default" : "outline"}
        autoFocus={autoFocus}
        // The whole zone opens the choice of files: people click on it.
        className={folder ? "z-10" : "after:absolute after:inset-0 after:cursor-pointer"}
        onClick={() => field.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={field}
        type="file"
        hidden
        multiple
        aria-label={label}
        {...(folder ? DIRECTORY : {})}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) onFiles({ entries: [], files });
        }}
      />
    </>
  );
}

function ReadingNote({ found, onCancel }: { found: number; onCancel: () => void }) {
  return (
    <>
      <LoaderIcon className="size-6 text-muted-foreground motion-safe:animate-spin" aria-hidden />
      <p role="status" className="font-medium tabular-nums">
        Looking through the folder… {plural(found, "file")}
      </p>
      <Button variant="outline" autoFocus onClick={onCancel}>
        Cancel
      </Button>
    </>
  );
}

type GitStartProps = { url: string; onChange: (url: string) => void; onSubmit: () => void };

function GitStart({ url, onChange, onSubmit }: GitStartProps) {
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (url.trim()) onSubmit();
  };
  return (
    <form onSubmit={submit} className="grid gap-2 rounded-xl border bg-card p-5" noValidate>
      <Label htmlFor="git-start">Or deploy a Git repository</Label>
      <div className="flex flex-col gap-2 sm:flex-row">
        <Input
          {...PLAIN_TEXT}
          id="git-start"
          inputMode="url"
          placeholder="https://code.example.com/owner/repository"
          value={url}
          aria-invalid={tried && !url.trim() ? true : undefined}
          aria-describedby="git-start-note"
          onChange={(event) => onChange(event.target.value)}
        />
        <Button type="submit" variant="outline">
          Continue
        </Button>
      </div>
      <p id="git-start-note" className="min-h-4 text-muted-foreground text-xs">
        {tried && !url.trim()
          ? "Give the repository’s address first."
          : "An address can be pasted anywhere on this page."}
      </p>
    </form>
  );
}
