"use client";

import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useEffect, useState } from "react";

// Its code is loaded when it is first opened.
const CommandPalette = lazy(() => import("./command-palette"));

const PaletteContext = createContext<() => void>(() => {});

/** Opens the command palette. */
export const usePalette = () => useContext(PaletteContext);

export function PaletteProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const show = useCallback(() => {
    setWanted(true);
    setOpen(true);
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setWanted(true);
      setOpen((isOpen) => !isOpen);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <PaletteContext value={show}>
      {children}
      {wanted && (
        <Suspense>
          <CommandPalette open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </PaletteContext>
  );
}
