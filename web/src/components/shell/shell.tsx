"use client";

import type { ReactNode } from "react";
import { LiveProvider } from "@/features/live";
import { SessionProvider } from "@/features/session";
import { Frame } from "./frame";
import { PaletteProvider } from "./palette-provider";
import { ShellSkeleton } from "./shell-skeleton";
import { Topbar } from "./topbar";

/** What is around every page of somebody who is signed in. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <SessionProvider fallback={<ShellSkeleton />}>
      <LiveProvider>
        <PaletteProvider>
          <Frame topbar={<Topbar />}>{children}</Frame>
        </PaletteProvider>
      </LiveProvider>
    </SessionProvider>
  );
}
