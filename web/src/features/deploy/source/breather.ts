const MOST_AT_A_TIME = 12;

/** For long work on the page's own thread: `await breathe()` lets the browser paint and answer keys when it is time. */
export function makeBreather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < MOST_AT_A_TIME) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
