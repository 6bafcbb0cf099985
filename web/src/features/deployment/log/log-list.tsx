"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type ReactNode,
  type Ref,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
} from "react";
import { gridOf, gutter, heightOf, needsMeasuring, SHOWN_CHARACTERS } from "./layout";
import type { Row, Rows } from "./rows";
import { useTextView } from "./use-text-view";

const SHOW_ALL_COLUMNS = 32; // room for the button behind a line that was cut
const END_PADDING = 8;

export interface LogListHandle {
  scrollToRow: (row: number, align: "start" | "center") => void;
  firstVisibleRow: () => number;
}

interface LogListProps {
  rows: Rows;
  scroller: RefObject<HTMLDivElement | null>;
  wrap: boolean;
  withTime: boolean;
  /** The numbers of lines that are shown whole, however long. */
  whole: ReadonlySet<number>;
  handle: Ref<LogListHandle>;
  children: (row: Row, index: number) => ReactNode;
}

/** The rows that can be seen, among hundreds of thousands. Rendered with its parent: rows grow in place. */
export function LogList({ rows, scroller, wrap, withTime, whole, handle, children }: LogListProps) {
  const { width, character } = useTextView(scroller);
  const last = rows.lastSeq;
  const grid = useMemo(
    () => gridOf({ width, character }, wrap, withTime, last),
    [width, character, wrap, withTime, last],
  );
  const { digits, columns } = grid;
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(rows.at(index), grid),
    getItemKey: useCallback((index: number) => rows.keyOf(index), [rows]),
    overscan: 12,
    paddingEnd: END_PADDING,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: no height holds any longer when these change
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, wrap, columns]);

  useImperativeHandle(
    handle,
    () => ({
      scrollToRow: (row, align) => virtualizer.scrollToIndex(row, { align }),
      firstVisibleRow: () => virtualizer.getVirtualItemForOffset(virtualizer.scrollOffset ?? 0)?.index ?? 0,
    }),
    [virtualizer],
  );

  const widest = Math.min(rows.widest, SHOWN_CHARACTERS) + gutter(digits, withTime) + SHOW_ALL_COLUMNS;
  const style: CSSProperties & Record<`--${string}`, number> = {
    height: virtualizer.getTotalSize(),
    "--digits": digits,
    "--columns": columns,
  };
  if (!wrap) style.minWidth = `${widest}ch`;
  return (
    <div className="relative w-full" style={style}>
      {virtualizer.getVirtualItems().map((item) => {
        const row = rows.at(item.index);
        if (!row) return null;
        const isMeasured = needsMeasuring(row, grid, whole.has(row.line.seq));
        return (
          <div
            key={`${item.key}${isMeasured ? ` ${columns}` : ""}`} // measured anew when the grid is another one
            data-index={item.index}
            ref={isMeasured ? virtualizer.measureElement : null}
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {children(row, item.index)}
          </div>
        );
      })}
    </div>
  );
}
