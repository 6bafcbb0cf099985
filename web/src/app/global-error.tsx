"use client";

/** When even the layout failed: no styles of ours can be relied upon. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main>
          <title>Error · Zipp</title>
          <h1>This page could not be shown</h1>
          <p>Reload it; if it stays, tell the operator of this platform what you did before.</p>
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
