import { memo } from "react";
import { cn } from "@/lib/utils";
import { clipped, marked, type Piece, type Style, segments } from "./ansi";
import { clean } from "./clean";
import { SHOWN_CHARACTERS } from "./layout";
import { rangesIn } from "./search";

interface LogTextProps {
  raw: string;
  pattern: RegExp | null;
  /** Which of the line's matches one is at. */
  current: number | null;
  whole: boolean;
}

/** A line's text: React nodes of plain characters, whatever the line holds. */
export const LogText = memo(function LogText({ raw, pattern, current, whole }: LogTextProps) {
  const { coloured, plain } = clean(raw);
  const all = segments(coloured);
  const shown = whole || plain.length <= SHOWN_CHARACTERS ? all : clipped(all, SHOWN_CHARACTERS);
  let offset = 0;
  return marked(shown, rangesIn(plain, pattern)).map((piece) => {
    const key = offset;
    offset += piece.text.length;
    return <LogPiece key={key} piece={piece} isCurrent={piece.match !== null && piece.match === current} />;
  });
});

function LogPiece({ piece: { text, style, match }, isCurrent }: { piece: Piece; isCurrent: boolean }) {
  if (match !== null) {
    return (
      <mark
        className={cn(
          "rounded-[2px] bg-yellow-300 text-black",
          isCurrent && "bg-orange-400 outline-2 outline-black dark:outline-white",
        )}
      >
        {text}
      </mark>
    );
  }
  if (style === null) return text;
  return (
    <span className={classesOf(style)} style={coloursOf(style)}>
      {text}
    </span>
  );
}

function classesOf(style: Style): string {
  const isDimmed = style.dim && !style.shades && !style.ground;
  return cn(
    style.shades && "text-(--ansi-light) dark:text-(--ansi-dark)",
    isDimmed && "text-muted-foreground",
    style.bold && "font-semibold",
    style.italic && "italic",
    style.underline && "underline",
    style.strike && "line-through",
  );
}

function coloursOf({ shades, ground }: Style): Record<string, string> {
  if (ground) return { backgroundColor: ground.background, color: ground.text };
  return shades ? { "--ansi-light": shades.light, "--ansi-dark": shades.dark } : {};
}
