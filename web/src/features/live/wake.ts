const AWAY = 5 * 60_000;
const BEAT = 10_000;

/**
 * Calls `woke` when a connection may be dead without anybody having told: the network came back, the page comes out of
 * the browser's cache, the tab was away for long, or the machine slept (the timer missed its beats).
 */
export function onWake(woke: () => void): () => void {
  let hiddenAt: number | null = document.hidden ? Date.now() : null;
  let lastBeat = Date.now();

  const visibility = () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      return;
    }
    const wasAway = hiddenAt !== null && Date.now() - hiddenAt > AWAY;
    hiddenAt = null;
    lastBeat = Date.now();
    if (wasAway) woke();
  };
  const pageshow = (event: PageTransitionEvent) => {
    if (event.persisted) woke();
  };
  const beat = setInterval(() => {
    const slept = !document.hidden && Date.now() - lastBeat > 3 * BEAT;
    lastBeat = Date.now();
    if (slept) woke();
  }, BEAT);

  window.addEventListener("online", woke);
  window.addEventListener("pageshow", pageshow);
  document.addEventListener("visibilitychange", visibility);
  return () => {
    clearInterval(beat);
    window.removeEventListener("online", woke);
    window.removeEventListener("pageshow", pageshow);
    document.removeEventListener("visibilitychange", visibility);
  };
}
