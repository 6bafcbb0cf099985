"use client";

import { FileArchiveIcon, FolderIcon, GitBranchIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { useSession } from "@/features/session";
import { formatBytes, plural } from "@/lib/format";
import type { FileSource, FolderSource } from "../source/source";

type SourceSummaryProps = {
  source: FileSource | "git";
  disabled: boolean;
  onChange: () => void;
  /** Takes the folder's own .env as variables instead of sending it along. */
  onTakeEnv: (source: FolderSource) => void;
};

/** What will be deployed, and the way back. */
export function SourceSummary({ source, disabled, onChange, onTakeEnv }: SourceSummaryProps) {
  const { icon: Icon, title } = titled(source);
  return (
    <div className="flex items-start gap-3 border-b px-5 py-4">
      <span className="grid size-9 shrink-0 place-content-center rounded-lg border bg-background">
        <Icon className="size-4.5 text-muted-foreground" aria-hidden />
      </span>
      <div className="grid min-w-0 flex-1 gap-0.5">
        <h2 className="break-words font-medium leading-5">{title}</h2>
        {source === "git" ? (
          <Note>The platform fetches it by itself.</Note>
        ) : source.kind === "archive" ? (
          <Note>{formatBytes(source.file.size)}</Note>
        ) : (
          <FolderNotes source={source} disabled={disabled} onTakeEnv={onTakeEnv} />
        )}
      </div>
      <Button variant="outline" size="sm" disabled={disabled} onClick={onChange}>
        Change
      </Button>
    </div>
  );
}

function titled(source: FileSource | "git") {
  if (source === "git") return { icon: GitBranchIcon, title: "Git repository" };
  if (source.kind === "archive") return { icon: FileArchiveIcon, title: source.name };
  return { icon: FolderIcon, title: source.name || "Loose files" };
}

type FolderNotesProps = Pick<SourceSummaryProps, "disabled" | "onTakeEnv"> & { source: FolderSource };

function FolderNotes({ source, disabled, onTakeEnv }: FolderNotesProps) {
  const { config } = useSession();
  const { files, bytes, leftOut, unreadable } = source.folder;
  const names = [...leftOut].map(([name, count]) => (count > 1 ? `${name} (${count})` : name));
  return (
    <>
      <Note>
        {plural(files.length, "file")}, {formatBytes(bytes)}
      </Note>
      {names.length > 0 && <Note>Left out: {names.join(", ")}</Note>}
      {unreadable.length > 0 && (
        <Note tone="warning">
          {plural(unreadable.length, "file")} can’t be read: {unreadable.slice(0, 3).join(", ")}
          {unreadable.length > 3 && "…"}
        </Note>
      )}
      {bytes > config.upload_max_bytes && (
        <Note tone="warning">
          Packed, it may have {formatBytes(config.upload_max_bytes)} at most: it stops there before anything is sent.
        </Note>
      )}
      {files.some(({ path }) => path === ".env") && (
        <Note tone="warning">
          The folder’s .env would be deployed with it.{" "}
          <Button variant="link" className="h-auto p-0 text-xs" disabled={disabled} onClick={() => onTakeEnv(source)}>
            Use it as variables instead
          </Button>
        </Note>
      )}
    </>
  );
}

function Note({ children, tone }: { children: ReactNode; tone?: "warning" }) {
  return (
    <p className={`break-words text-xs leading-5 ${tone === "warning" ? "text-warning" : "text-muted-foreground"}`}>
      {children}
    </p>
  );
}
