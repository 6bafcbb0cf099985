import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
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

  const touched = useTouched(element);
  const onScroll = useCallback(() => {
    const scroller = element.current;
    if (!scroller) return;
    if (follow.current.following && !touched.current) follow.current = scrolledToEnd(scroller);
    else become(scrolled(follow.current, positionOf(scroller)));
  }, [element, touched, become]);

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

const GESTURES = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** Whether somebody has laid a hand on it yet: before that, only the list itself scrolls, as it finds its place. */
function useTouched(element: RefObject<HTMLElement | null>): RefObject<boolean> {
  const touched = useRef(false);
  useEffect(() => {
    const scroller = element.current;
    const touch = () => {
      touched.current = true;
    };
    for (const gesture of GESTURES) scroller?.addEventListener(gesture, touch, { passive: true });
    return () => {
      for (const gesture of GESTURES) scroller?.removeEventListener(gesture, touch);
    };
  }, [element]);
  return touched;
}

function positionOf(element: HTMLElement): Position {
  return { top: element.scrollTop, height: element.scrollHeight, viewport: element.clientHeight };
}

function scrolledToEnd(element: HTMLElement): Follow {
  element.scrollTop = element.scrollHeight;
  return { following: true, top: element.scrollTop, height: element.scrollHeight };
}
