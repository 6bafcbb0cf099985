/** Whether the view goes along with a growing log. */
export interface Follow {
  readonly following: boolean;
  readonly top: number;
  readonly height: number;
}

/** Of the scrolled element, in pixels. */
export interface Position {
  readonly top: number;
  readonly height: number;
  readonly viewport: number;
}

const NEAR = 24; // about a line

export function isAtEnd({ top, height, viewport }: Position): boolean {
  return height - top - viewport <= NEAR;
}

/**
 * Scrolling up stops it, coming to the end resumes it. That the log grew underneath changes nothing, nor that it became
 * shorter (rows that were lower than was thought), which moves the view up without anybody having scrolled.
 */
export function scrolled(follow: Follow, position: Position): Follow {
  const { top, height } = position;
  if (isAtEnd(position)) return { following: true, top, height };
  const wasMovedUp = top < follow.top && height >= follow.height;
  return { following: follow.following && !wasMovedUp, top, height };
}
