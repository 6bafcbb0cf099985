"use client";

import { Plus } from "lucide-react";
import { type ClipboardEvent, type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import type { EnvEntry } from "@/features/deploy/env-file";
import { keyProblem, valueProblem } from "@/features/deploy/env-rules";

interface Props {
  stored: readonly string[];
  onAdd: (entries: EnvEntry[]) => void;
}

const NOTHING: EnvEntry = { key: "", value: "" };

/** One variable at a time, or a whole .env pasted into the name's field. */
export function EnvAddForm({ stored, onAdd }: Props) {
  const [entry, setEntry] = useState(NOTHING);
  const [error, setError] = useState<{ key?: string | null; value?: string | null }>({});
  const [notes, setNotes] = useState<string[]>([]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const problems = { key: keyProblem(entry.key.trim()), value: valueProblem(entry.value) };
    setError(problems);
    if (problems.key ?? problems.value) return;
    onAdd([{ key: entry.key.trim(), value: entry.value }]);
    setEntry(NOTHING);
    setNotes([]);
  }

  function paste(event: ClipboardEvent<HTMLInputElement>) {
    const text = event.clipboardData.getData("text");
    if (!/[\n=]/.test(text.trim())) return;
    event.preventDefault();
    void takeOver(text);
  }

  async function takeOver(text: string) {
    setError({});
    try {
      const { readEnv } = await import("./read-env"); // of no use before somebody pastes one
      const { entries, notes } = readEnv(text);
      onAdd(entries);
      setNotes(notes);
    } catch {
      setNotes(["It could not be read: check your connection, then paste it again."]);
    }
  }

  const hint = stored.includes(entry.key.trim()) ? "Set already: this replaces its value." : "Or paste a .env here.";
  return (
    <form onSubmit={submit} className="space-y-3" aria-label="Add a variable">
      <div className="grid items-start gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]">
        <Field label="Name" hint={hint} error={error.key}>
          {(control) => (
            <Input
              {...control}
              className="font-mono"
              placeholder="API_URL"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={entry.key}
              onPaste={paste}
              onChange={(event) => setEntry({ ...entry, key: event.target.value })}
            />
          )}
        </Field>
        <Field label="Value" error={error.value}>
          {(control) => (
            <Textarea
              {...control}
              rows={1}
              className="max-h-40 min-h-9 py-1.5 font-mono"
              autoComplete="off"
              spellCheck={false}
              value={entry.value}
              onChange={(event) => setEntry({ ...entry, value: event.target.value })}
            />
          )}
        </Field>
        <Button type="submit" variant="outline" className="sm:mt-[1.375rem]">
          <Plus aria-hidden /> Add
        </Button>
      </div>
      {notes.length > 0 && (
        <ul role="status" className="list-inside list-disc text-warning text-xs">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </form>
  );
}
