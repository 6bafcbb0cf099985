"use client";

import { ArrowDownIcon, DownloadIcon, SearchIcon } from "lucide-react";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Button } from "@/components/ui/button";
import { type LogStore, useLiveStatus } from "@/features/live";
import { formatCount } from "@/lib/format";
import { cn, isMac } from "@/lib/utils";
import { copy, copyLines, textOf } from "./copy";
import { contains } from "./line-link";
import { LogList, type LogListHandle } from "./log-list";
import { CopyMenu, FilterMenu, ViewMenu } from "./log-menus";
import { HeadingRow, LogRow } from "./log-row";
import { LogSearch } from "./log-search";
import { LogStatus } from "./log-status";
import { usePreferences } from "./preferences";
import { EVERYTHING, type Filter, type Row } from "./rows";
import { shownTime } from "./times";
import { ToolButton } from "./tool-button";
import { useChosenLines } from "./use-chosen-lines";
import { useFollow } from "./use-follow";
import { useRows } from "./use-rows";
import { useSearch } from "./use-search";

interface LogViewProps {
  log: LogStore;
  title: string;
  /** Where the whole log is to be had as a file. */
  downloadHref: string;
  /** Go along with the log from the start; otherwise it is opened at its beginning. */
  follow: boolean;
  /** Lines of several stages: each gets a heading. */
  headings: boolean;
  className?: string;
}

const SCROLLING_UP: readonly string[] = ["ArrowUp", "PageUp", "Home"];

export function LogView({ log, title, downloadHref, follow: initially, headings, className }: LogViewProps) {
  const preferences = usePreferences();
  const connection = useLiveStatus();
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const rows = useRows(log.lines, filter, headings);
  const list = useRef<LogListHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  const { following, onScroll, stop, toEnd } = useFollow(scroller, initially);

  // A line to go to, as soon as it is there.
  const [target, setTarget] = useState<{ seq: number; align: "start" | "center" } | null>(null);
  const arrived = useCallback(
    (seq: number) => {
      stop();
      setTarget({ seq, align: "center" });
      section.current?.scrollIntoView({ block: "nearest" });
    },
    [stop],
  );
  const { range, choose, chooseAll } = useChosenLines(arrived);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version means that there are more rows
  useLayoutEffect(() => {
    if (target === null) return;
    const row = rows.indexOf(target.seq);
    if (row >= 0) list.current?.scrollToRow(row, target.align);
    if (row >= 0 || log.ended) setTarget(null);
  }, [target, rows, log.version, log.ended]);

  const [isSearching, setSearching] = useState(false);
  const [query, setQuery] = useState("");
  const searchInput = useRef<HTMLInputElement>(null);
  const firstVisibleRow = useCallback(() => list.current?.firstVisibleRow() ?? 0, []);
  const found = useSearch(rows, log.version, isSearching ? query : "", firstVisibleRow);
  const match = found.current;
  useEffect(() => {
    if (match === null) return;
    stop();
    list.current?.scrollToRow(match.row, "center");
  }, [match, stop]);

  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set());
  const showWhole = useCallback((seq: number) => setWhole((before) => new Set(before).add(seq)), []);

  function openSearch(): void {
    setSearching(true);
    searchInput.current?.select();
    searchInput.current?.focus();
  }
  function closeSearch(): void {
    setSearching(false);
    scroller.current?.focus();
  }
  function changeFilter(next: Filter): void {
    const top = rows.at(firstVisibleRow());
    if (!following && top) setTarget({ seq: top.line.seq, align: "start" });
    setFilter(next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const withCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (withCommand && event.key.toLowerCase() === "f") openSearch();
    else if ((withCommand && event.key.toLowerCase() === "g") || event.key === "F3")
      found.move(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }
  function onListKeyDown(event: KeyboardEvent): void {
    const first = log.lines[0];
    const last = log.lines.at(-1);
    if (event.key === "End") {
      toEnd();
      event.preventDefault();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && first && last) {
      chooseAll({ first: first.seq, last: last.seq });
      event.preventDefault();
    } else if (SCROLLING_UP.includes(event.key)) stop();
  }
  function onCopy(event: ClipboardEvent): void {
    const isNative = window.getSelection()?.isCollapsed === false;
    if (isNative || range === null) return;
    event.clipboardData.setData("text/plain", textOf(rows, range).text);
    event.preventDefault();
  }

  const start = log.lines[0]?.time ?? "";
  function renderRow(row: Row, index: number): ReactNode {
    if (row.kind === "heading") return <HeadingRow line={row.line} time={shownTime(row.line.time, start, "start")} />;
    const isMatch = match?.row === index;
    return (
      <LogRow
        line={row.line}
        time={shownTime(row.line.time, start, preferences.time)}
        wrap={preferences.wrap}
        isChosen={contains(range, row.line.seq)}
        isWhole={whole.has(row.line.seq)}
        pattern={found.pattern}
        currentMatch={isMatch ? match.nth : null}
        onChoose={choose}
        onShowWhole={showWhole}
      />
    );
  }

  return (
    <section
      ref={section}
      aria-label={title}
      onKeyDown={onKeyDown}
      className={cn("flex min-h-80 flex-col overflow-hidden rounded-xl border bg-card", className)}
    >
      <header className="flex min-h-11 items-center gap-1 border-b py-1 pr-2 pl-4">
        <h2 className="truncate font-semibold text-sm">{title}</h2>
        <div className="mr-auto ml-2 flex min-w-0 items-center gap-2 overflow-hidden">
          <LogStatus ended={log.ended} connection={connection} />
          <span className="hidden whitespace-nowrap text-muted-foreground text-xs tabular-nums sm:inline">
            {log.lines.length > 0 && `${formatCount(log.lines.length)} ${log.lines.length === 1 ? "line" : "lines"}`}
          </span>
        </div>
        <ToolButton label="Search" shortcut={isMac() ? "⌘F" : "Ctrl F"} onClick={openSearch} aria-pressed={isSearching}>
          <SearchIcon />
        </ToolButton>
        <FilterMenu stages={headings ? rows.stages : []} filter={filter} onFilter={changeFilter} />
        <ViewMenu preferences={preferences} />
        <CopyMenu
          count={rows.lineCount}
          range={range}
          onCopyAll={() => void copyLines(rows, null)}
          onCopyRange={() => void copyLines(rows, range)}
          onCopyLink={() => void copy(window.location.href, "Link copied")}
        />
        <ToolButton label="Download the raw log" asChild>
          <a href={downloadHref} download>
            <DownloadIcon />
          </a>
        </ToolButton>
      </header>
      {isSearching && (
        <LogSearch input={searchInput} query={query} onQuery={setQuery} found={found} onClose={closeSearch} />
      )}
      <div className="relative min-h-0 flex-1">
        {/* Its lines are not read out as they come: a build prints hundreds a second. Its state is (LogStatus). */}
        <div
          ref={scroller}
          role="log"
          aria-live="off"
          aria-label={title}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable with the keyboard
          tabIndex={0}
          onScroll={onScroll}
          onWheel={(event) => event.deltaY < 0 && stop()}
          onKeyDown={onListKeyDown}
          onCopy={onCopy}
          className="peer absolute inset-0 overflow-auto overscroll-contain bg-log font-mono text-log-foreground text-xs leading-5 outline-none [font-variant-ligatures:none] sm:text-[13px] sm:leading-5"
        >
          <LogList
            rows={rows}
            scroller={scroller}
            wrap={preferences.wrap}
            withTime={preferences.time !== "none"}
            whole={whole}
            handle={list}
          >
            {renderRow}
          </LogList>
        </div>
        {/* Above the headings, which would cover an outline of the element itself. */}
        <div className="pointer-events-none absolute inset-0 z-10 hidden rounded-b-xl border-2 border-ring peer-focus-visible:block" />
        {rows.count === 0 && (
          <EmptyLog
            text={
              log.lines.length > 0
                ? "No line passes the filter."
                : log.ended
                  ? "Nothing was printed."
                  : "Waiting for the first line…"
            }
          />
        )}
        {!following && rows.count > 0 && <JumpToLatest ended={log.ended} onJump={toEnd} />}
      </div>
    </section>
  );
}

function EmptyLog({ text }: { text: string }) {
  return (
    <p className="pointer-events-none absolute inset-0 flex items-center justify-center p-4 text-muted-foreground text-sm">
      {text}
    </p>
  );
}

function JumpToLatest({ ended, onJump }: { ended: boolean; onJump: () => void }) {
  return (
    <Button
      variant="outline"
      size="sm"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-md"
    >
      <ArrowDownIcon />
      {ended ? "Jump to the end" : "Jump to latest"}
    </Button>
  );
}
