"use client";

import { Pencil, Trash2, Undo2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { valueProblem } from "@/features/deploy/env-rules";
import { cn } from "@/lib/utils";
import type { EnvRow, EnvState } from "./env-draft";

interface Props {
  row: EnvRow;
  onChange: (value: string) => void;
  onRemove: () => void;
  onReset: () => void;
}

const STATES: Record<EnvState, { text: string; variant: "info" | "warning" } | null> = {
  kept: null,
  added: { text: "New", variant: "info" },
  changed: { text: "Changed", variant: "info" },
  removed: { text: "Will be removed", variant: "warning" },
};

export function EnvRowItem({ row, onChange, onRemove, onReset }: Props) {
  const [isEditing, setEditing] = useState(false);
  const state = STATES[row.state];
  const isGoing = row.state === "removed";
  return (
    <li className="px-4 py-2">
      <div className="flex min-h-9 items-center gap-x-3">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
          <span className={cn("min-w-0 break-all font-mono", isGoing && "text-muted-foreground line-through")}>
            {row.key}
          </span>
          {state ? (
            <Badge variant={state.variant}>{state.text}</Badge>
          ) : (
            <span className="text-muted-foreground text-xs">value hidden</span>
          )}
        </div>
        <div className="flex shrink-0 items-center gap-1">
          {row.state !== "kept" && row.state !== "added" && (
            <Action label={`Undo the change of ${row.key}`} icon={Undo2} onClick={onReset} />
          )}
          {!isGoing && !isEditing && (
            <Action label={`Change ${row.key}`} icon={Pencil} onClick={() => setEditing(true)} />
          )}
          {!isGoing && <Action label={`Remove ${row.key}`} icon={Trash2} onClick={onRemove} />}
        </div>
      </div>
      {isEditing && !isGoing && (
        <ValueForm
          name={row.key}
          onCancel={() => setEditing(false)}
          onSet={(value) => {
            onChange(value);
            setEditing(false);
          }}
        />
      )}
    </li>
  );
}

function Action({ label, icon: Icon, onClick }: { label: string; icon: typeof Pencil; onClick: () => void }) {
  return (
    <Button variant="ghost" size="icon-sm" aria-label={label} title={label} onClick={onClick}>
      <Icon aria-hidden />
    </Button>
  );
}

interface ValueFormProps {
  name: string;
  onSet: (value: string) => void;
  onCancel: () => void;
}

function ValueForm({ name, onSet, onCancel }: ValueFormProps) {
  const id = useId();
  const [value, setValue] = useState("");
  const problem = valueProblem(value);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (problem === null) onSet(value);
  }

  return (
    <form onSubmit={submit} className="space-y-2 pt-1 pb-2">
      <Label htmlFor={id}>New value of {name}</Label>
      <Textarea
        id={id}
        autoFocus
        rows={1}
        className="max-h-60 min-h-9 py-1.5 font-mono"
        spellCheck={false}
        autoComplete="off"
        value={value}
        aria-invalid={problem ? true : undefined}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onCancel()}
      />
      {problem && <p className="text-danger text-xs">{problem}</p>}
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="outline">
          Use this value
        </Button>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
