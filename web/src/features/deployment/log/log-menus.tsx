import { CopyIcon, ListFilterIcon, Settings2Icon } from "lucide-react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { plural } from "@/lib/format";
import { hashOf, type LineRange } from "./line-link";
import { type Preferences, setPreferences } from "./preferences";
import { EVERYTHING, type Filter, isEverything, type Stream } from "./rows";
import { stageName } from "./stage-names";
import type { TimeDisplay } from "./times";

const STREAMS: readonly (readonly [Stream, string])[] = [
  ["stdout", "Output"],
  ["stderr", "Error output"],
  ["zipp", "What Zipp says"],
];
const TIMES: readonly (readonly [TimeDisplay, string])[] = [
  ["none", "No times"],
  ["start", "Time since the start"],
  ["clock", "Time of day"],
];
const stayOpen = (event: Event) => event.preventDefault();

interface FilterMenuProps {
  stages: readonly string[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

export function FilterMenu({ stages, filter, onFilter }: FilterMenuProps) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant={isEverything(filter) ? "ghost" : "secondary"}
          size="icon-sm"
          aria-label="Filter"
          title="Filter"
        >
          <ListFilterIcon />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {stages.length > 1 && (
          <>
            <DropdownMenuLabel>Stages</DropdownMenuLabel>
            {stages.map((stage) => (
              <DropdownMenuCheckboxItem
                key={stage}
                checked={!filter.hiddenStages.has(stage)}
                onCheckedChange={(shown) =>
                  onFilter({ ...filter, hiddenStages: toggled(filter.hiddenStages, stage, !shown) })
                }
                onSelect={stayOpen}
              >
                {stageName(stage)}
              </DropdownMenuCheckboxItem>
            ))}
            <DropdownMenuSeparator />
          </>
        )}
        <DropdownMenuLabel>Lines</DropdownMenuLabel>
        {STREAMS.map(([stream, name]) => (
          <DropdownMenuCheckboxItem
            key={stream}
            checked={!filter.hiddenStreams.has(stream)}
            onCheckedChange={(shown) =>
              onFilter({ ...filter, hiddenStreams: toggled(filter.hiddenStreams, stream, !shown) })
            }
            onSelect={stayOpen}
          >
            {name}
          </DropdownMenuCheckboxItem>
        ))}
        <DropdownMenuSeparator />
        <DropdownMenuItem disabled={isEverything(filter)} onSelect={() => onFilter(EVERYTHING)}>
          Show everything
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function ViewMenu({ preferences: { wrap, time } }: { preferences: Preferences }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="View" title="View">
          <Settings2Icon />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuCheckboxItem checked={wrap} onCheckedChange={(next) => setPreferences({ wrap: next })}>
          Wrap long lines
        </DropdownMenuCheckboxItem>
        <DropdownMenuSeparator />
        <DropdownMenuRadioGroup
          value={time}
          onValueChange={(next) => setPreferences({ time: TIMES.find(([value]) => value === next)?.[0] ?? "none" })}
        >
          {TIMES.map(([value, name]) => (
            <DropdownMenuRadioItem key={value} value={value}>
              {name}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

interface CopyMenuProps {
  count: number;
  range: LineRange | null;
  onCopyAll: () => void;
  onCopyRange: () => void;
  onCopyLink: () => void;
}

export function CopyMenu({ count, range, onCopyAll, onCopyRange, onCopyLink }: CopyMenuProps) {
  const named =
    range &&
    (range.first === range.last ? `line ${range.first}` : `lines ${hashOf(range).slice(2).replace("-L", " to ")}`);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Copy" title="Copy">
          <CopyIcon />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem disabled={count === 0} onSelect={onCopyAll}>
          Copy all {plural(count, "line")}
        </DropdownMenuItem>
        {named ? (
          <>
            <DropdownMenuItem onSelect={onCopyRange}>Copy {named}</DropdownMenuItem>
            <DropdownMenuItem onSelect={onCopyLink}>Copy a link to {named}</DropdownMenuItem>
          </>
        ) : (
          <DropdownMenuLabel className="max-w-60 font-normal">
            To choose lines, click a line's number, then another with Shift.
          </DropdownMenuLabel>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function toggled<T>(set: ReadonlySet<T>, member: T, into: boolean): ReadonlySet<T> {
  const next = new Set(set);
  if (into) next.add(member);
  else next.delete(member);
  return next;
}
