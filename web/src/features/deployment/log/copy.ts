import { copyText } from "@/components/copy-button";
import type { LogLine } from "@/lib/api";
import { plural } from "@/lib/format";
import { toast } from "@/lib/toast";
import { clean } from "./clean";
import { contains, type LineRange } from "./line-link";
import type { Rows } from "./rows";

/** The lines as they are shown, without colours; all that pass the filter, or those of `range`. */
export function textOf(rows: Rows, range: LineRange | null = null): { text: string; count: number } {
  const lines: string[] = [];
  for (const line of linesOf(rows)) {
    if (range === null || contains(range, line.seq)) lines.push(clean(line.text).plain);
  }
  return { text: lines.map((line) => `${line}\n`).join(""), count: lines.length };
}

export async function copyLines(rows: Rows, range: LineRange | null): Promise<void> {
  const { text, count } = textOf(rows, range);
  await copy(text, `${plural(count, "line")} copied`);
}

/** Says whether it worked: copying has no other effect that one could see. */
export async function copy(text: string, done: string): Promise<void> {
  if (await copyText(text)) toast.success(done);
  else toast.error("The browser did not allow copying.", { description: "Select the text and copy it by hand." });
}

function* linesOf(rows: Rows): Generator<LogLine> {
  for (let index = 0; index < rows.count; index++) {
    const row = rows.at(index);
    if (row?.kind === "line") yield row.line;
  }
}
