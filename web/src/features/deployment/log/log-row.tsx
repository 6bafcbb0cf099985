import { type MouseEvent, memo } from "react";
import type { LogLine } from "@/lib/api";
import { cn } from "@/lib/utils";
import { clean } from "./clean";
import { SHOWN_CHARACTERS } from "./layout";
import { LogText } from "./log-text";
import { stageName } from "./stage-names";

interface LogRowProps {
  line: LogLine;
  time: string;
  wrap: boolean;
  isChosen: boolean;
  isWhole: boolean;
  pattern: RegExp | null;
  /** Which of the line's matches one is at. */
  currentMatch: number | null;
  onChoose: (seq: number, extend: boolean) => void;
  onShowWhole: (seq: number) => void;
}

/** Who printed a line is said in words: colour alone would not do. */
const MARKERS: Readonly<Record<LogLine["stream"], string>> = { stdout: "", stderr: "err", zipp: "zipp" };

/** Isolated and clipped: neither its direction nor heaps of accents reach a neighbour. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { line, time, wrap, isChosen, isWhole, pattern, currentMatch, onChoose, onShowWhole } = props;
  const length = lengthOf(line.text);
  const isCut = length > SHOWN_CHARACTERS && !isWhole;
  function choose(event: MouseEvent): void {
    event.preventDefault();
    onChoose(line.seq, event.shiftKey);
  }
  return (
    <div
      className={cn("flex min-h-5 overflow-clip pr-3", isChosen && "bg-info-soft shadow-[inset_2px_0_0_var(--info)]")}
    >
      <a
        href={`#L${line.seq}`}
        onClick={choose}
        tabIndex={-1}
        aria-label={`Line ${line.seq}`}
        className="w-[calc(var(--digits)*1ch+1rem)] shrink-0 select-none pr-2 text-right text-muted-foreground tabular-nums hover:text-foreground hover:underline"
      >
        {line.seq}
      </a>
      {time !== "" && (
        <time
          dateTime={line.time}
          className="w-[calc(12ch+0.5rem)] shrink-0 select-none text-muted-foreground tabular-nums"
        >
          {time}
        </time>
      )}
      <span
        className={cn(
          "w-[5ch] shrink-0 select-none",
          line.stream === "stderr" ? "text-danger" : "font-medium text-brand",
        )}
      >
        {MARKERS[line.stream]}
      </span>
      <span
        dir="ltr"
        className={cn(
          "[tab-size:8] [unicode-bidi:isolate]",
          wrap || isWhole ? "w-[calc(var(--columns)*1ch+1px)] whitespace-break-spaces break-all" : "whitespace-pre",
          line.stream === "zipp" && "font-medium",
        )}
      >
        <LogText raw={line.text} pattern={pattern} current={currentMatch} whole={isWhole} />
        {isCut && (
          <button
            type="button"
            onClick={() => onShowWhole(line.seq)}
            className="ml-2 select-none whitespace-nowrap rounded border bg-card px-1.5 font-sans text-brand text-xs leading-4 hover:bg-accent"
          >
            Show all {length.toLocaleString("en")} characters
          </button>
        )}
      </span>
    </div>
  );
});

export const HeadingRow = memo(function HeadingRow({ line, time }: { line: LogLine; time: string }) {
  return (
    <div className="flex h-8 items-center gap-2 border-y bg-muted px-3 font-sans text-xs">
      <span className="font-semibold">{stageName(line.stage)}</span>
      <span className="text-muted-foreground tabular-nums">{time}</span>
    </div>
  );
});

/** Only of long lines it matters, and there the raw length is close: counted exactly where it decides. */
function lengthOf(text: string): number {
  return text.length <= SHOWN_CHARACTERS ? text.length : clean(text).plain.length;
}
