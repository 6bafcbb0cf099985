"use client";

import { EyeIcon, EyeOffIcon, FileTextIcon, PlusIcon, TrashIcon } from "lucide-react";
import { type ClipboardEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { plural } from "@/lib/format";
import { cn } from "@/lib/utils";
import { looksLikeEnv, parseEnvFile } from "../env-file";
import { type EnvRow, merged, nextId, rowProblem } from "../env-rules";
import { PLAIN_TEXT } from "./plain-text";

type EnvEditorProps = {
  rows: readonly EnvRow[];
  error: string | null;
  onChange: (rows: readonly EnvRow[]) => void;
};

const MOST_FILE_BYTES = 1024 ** 2;

export function EnvEditor({ rows, error, onChange }: EnvEditorProps) {
  const [notes, setNotes] = useState<readonly string[]>([]);
  const fileField = useRef<HTMLInputElement>(null);
  const shownRows = rows.length > 0 ? rows : [{ id: 0, key: "", value: "" }];

  const take = (text: string) => {
    const { entries, errors } = parseEnvFile(text);
    onChange(merged(rows, entries));
    setNotes([
      `${plural(entries.length, "variable")} taken over.`,
      ...errors.map(({ line, message }) => `Line ${line}: ${message}`),
    ]);
  };
  const takeFile = async (file: File | undefined) => {
    if (file && file.size <= MOST_FILE_BYTES) take(await file.text());
    else if (file) setNotes(["That file is too large to be a list of variables."]);
  };
  const replace = (row: EnvRow) => onChange(shownRows.map((each) => (each.id === row.id ? row : each)));

  return (
    <div className="grid gap-3">
      <p className="text-muted-foreground text-xs">
        Paste a whole .env into a name. Values are encrypted and never shown again; a site that exists keeps its others.
      </p>
      <ul className="grid gap-2">
        {shownRows.map((row) => (
          <EnvLine
            key={row.id}
            row={row}
            problem={rowProblem(row, shownRows)}
            onChange={replace}
            onRemove={() => onChange(rows.filter((each) => each.id !== row.id))}
            onPasteFile={take}
          />
        ))}
      </ul>
      {error && <p className="text-danger text-xs">{error}</p>}
      <ul role="status" className="text-muted-foreground text-xs empty:hidden">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="outline"
          size="sm"
          onClick={() => onChange([...shownRows, { id: nextId(shownRows), key: "", value: "" }])}
        >
          <PlusIcon aria-hidden /> Add variable
        </Button>
        <Button variant="outline" size="sm" onClick={() => fileField.current?.click()}>
          <FileTextIcon aria-hidden /> Open a .env file
        </Button>
        <input
          ref={fileField}
          type="file"
          hidden
          aria-label=".env file"
          onChange={(event) => {
            void takeFile(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </div>
    </div>
  );
}

type LineProps = {
  row: EnvRow;
  problem: string | null;
  onChange: (row: EnvRow) => void;
  onRemove: () => void;
  onPasteFile: (text: string) => void;
};

function EnvLine({ row, problem, onChange, onRemove, onPasteFile }: LineProps) {
  const [shown, setShown] = useState(false);
  const name = row.key || "the new variable";
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!looksLikeEnv(text)) return;
    event.preventDefault();
    onPasteFile(text);
  };
  // A password field would drop the line ends of a value that has some.
  const lines = row.value.split("\n").length;
  const masked = !shown;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]">
      <Input
        {...PLAIN_TEXT}
        aria-label="Name"
        aria-invalid={problem ? true : undefined}
        placeholder="API_URL"
        className="col-span-2 font-mono sm:col-span-1"
        value={row.key}
        onChange={(event) => onChange({ ...row, key: event.target.value.trim() })}
        onPaste={paste}
      />
      {lines > 1 ? (
        <ManyLines row={row} shown={shown} lines={lines} onChange={onChange} />
      ) : (
        <Input
          {...PLAIN_TEXT}
          autoComplete="new-password"
          aria-label={`Value of ${name}`}
          type={masked ? "password" : "text"}
          className="font-mono"
          value={row.value}
          onChange={(event) => onChange({ ...row, value: event.target.value })}
        />
      )}
      <div className="flex gap-1">
        <Button
          variant="ghost"
          size="icon"
          aria-label={`Show the value of ${name}`}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOffIcon aria-hidden /> : <EyeIcon aria-hidden />}
        </Button>
        <Button variant="ghost" size="icon" aria-label={`Remove ${name}`} onClick={onRemove}>
          <TrashIcon aria-hidden />
        </Button>
      </div>
      {problem && <p className="col-span-full text-danger text-xs">{problem}</p>}
    </li>
  );
}

type ManyLinesProps = Pick<LineProps, "row" | "onChange"> & { shown: boolean; lines: number };

function ManyLines({ row, shown, lines, onChange }: ManyLinesProps) {
  return (
    <textarea
      {...PLAIN_TEXT}
      aria-label={`Value of ${row.key}`}
      readOnly={!shown}
      rows={shown ? Math.min(lines, 8) : 1}
      value={shown ? row.value : `•••••••• (${lines} lines)`}
      className={cn(
        "w-full resize-none rounded-md border border-input bg-card px-3 py-1.5 font-mono text-base sm:text-sm",
        !shown && "text-muted-foreground",
      )}
      onChange={(event) => onChange({ ...row, value: event.target.value })}
    />
  );
}
