import { useCallback, useEffect, useState } from "react";
import { chosen, hashOf, type LineRange, parseHash } from "./line-link";

export interface ChosenLines {
  readonly range: LineRange | null;
  /** The address names these lines from now on. */
  readonly choose: (seq: number, extend: boolean) => void;
  readonly chooseAll: (range: LineRange) => void;
}

/** The lines that the address names (#L12-L20). `arrived` is called when an address leads to a line: at first, by a
 * link on the page, by going back. */
export function useChosenLines(arrived: (seq: number) => void): ChosenLines {
  const [range, setRange] = useState<LineRange | null>(null);

  useEffect(() => {
    function read(): void {
      const named = parseHash(window.location.hash);
      setRange(named);
      if (named) arrived(named.first);
    }
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, [arrived]);

  const chooseAll = useCallback((next: LineRange) => {
    window.history.replaceState(window.history.state, "", hashOf(next));
    setRange(next);
  }, []);

  const choose = useCallback(
    (seq: number, extend: boolean) => chooseAll(chosen(range, seq, extend)),
    [range, chooseAll],
  );
  return { range, choose, chooseAll };
}
