import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { type Follow, type Position, scrolled } from "./follow";

export interface Following {
  readonly following: boolean;
  /** To be told of every scroll of the element. */
  readonly onScroll: () => void;
  readonly stop: () => void;
  readonly toEnd: () => void;
}

/** Keeps the element scrolled to its end while it follows. */
export function useFollow(element: RefObject<HTMLElement | null>, initially: boolean): Following {
  const follow = useRef<Follow>({ following: initially, top: 0, height: 0 });
  const [following, setFollowing] = useState(initially);

  const become = useCallback((next: Follow) => {
    follow.current = next;
    setFollowing(next.following);
  }, []);

  const onScroll = useCallback(() => {
    if (element.current) become(scrolled(follow.current, positionOf(element.current)));
  }, [element, become]);

  const stop = useCallback(() => become({ ...follow.current, following: false }), [become]);

  const toEnd = useCallback(() => {
    if (!element.current) return;
    become(scrolledToEnd(element.current));
  }, [element, become]);

  // After every render, for each may have made the log longer: more lines, or lines that are higher than was thought.
  useLayoutEffect(() => {
    const scroller = element.current;
    if (!follow.current.following || !scroller) return;
    follow.current = scrolledToEnd(scroller);
  });

  return { following, onScroll, stop, toEnd };
}

function positionOf(element: HTMLElement): Position {
  return { top: element.scrollTop, height: element.scrollHeight, viewport: element.clientHeight };
}

function scrolledToEnd(element: HTMLElement): Follow {
  element.scrollTop = element.scrollHeight;
  return { following: true, top: element.scrollTop, height: element.scrollHeight };
}
