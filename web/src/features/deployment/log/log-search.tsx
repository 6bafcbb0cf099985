import { ChevronDownIcon, ChevronUpIcon, XIcon } from "lucide-react";
import type { KeyboardEvent, RefObject } from "react";
import { Input } from "@/components/ui/input";
import { formatCount } from "@/lib/format";
import { ToolButton } from "./tool-button";
import type { FoundMatches } from "./use-search";

interface LogSearchProps {
  input: RefObject<HTMLInputElement | null>;
  query: string;
  onQuery: (query: string) => void;
  found: FoundMatches;
  onClose: () => void;
}

export function LogSearch({ input, query, onQuery, found, onClose }: LogSearchProps) {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter") found.move(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const isEmpty = found.count === 0;
  return (
    <search className="flex items-center gap-1 border-b px-2 py-1.5">
      <Input
        ref={input}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Search the log"
        aria-label="Search the log"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        className="h-8 min-w-0 flex-1 sm:max-w-80"
      />
      <span role="status" className="min-w-20 whitespace-nowrap px-1 text-muted-foreground text-xs tabular-nums">
        {describe(query, found)}
      </span>
      <ToolButton label="Previous match" shortcut="Shift Enter" disabled={isEmpty} onClick={() => found.move(-1)}>
        <ChevronUpIcon />
      </ToolButton>
      <ToolButton label="Next match" shortcut="Enter" disabled={isEmpty} onClick={() => found.move(1)}>
        <ChevronDownIcon />
      </ToolButton>
      <ToolButton label="Close the search" shortcut="Esc" onClick={onClose}>
        <XIcon />
      </ToolButton>
    </search>
  );
}

function describe(query: string, { count, place, isFull, isDone }: FoundMatches): string {
  if (query === "") return "";
  if (count === 0) return isDone ? "No match" : "Searching…";
  return `${formatCount(place + 1)} of ${formatCount(count)}${isFull || !isDone ? "+" : ""}`;
}
