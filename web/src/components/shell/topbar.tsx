"use client";

import { SearchIcon } from "lucide-react";
import Link from "next/link";
import { LogoMark } from "@/components/logo";
import { Button } from "@/components/ui/button";
import { paths } from "@/lib/paths";
import { LiveIndicator } from "./live-indicator";
import { MobileNav } from "./mobile-nav";
import { usePalette } from "./palette-provider";
import { Shortcut } from "./shortcut";
import { UserMenu } from "./user-menu";

export function Topbar() {
  const openPalette = usePalette();
  return (
    <>
      <MobileNav />
      <Link href={paths.dashboard} className="rounded-md lg:hidden" aria-label="Zipp: all sites">
        <LogoMark />
      </Link>
      <button
        type="button"
        onClick={openPalette}
        aria-keyshortcuts="Control+K Meta+K"
        className="hidden h-9 w-72 items-center gap-2 rounded-md border bg-card px-3 text-muted-foreground hover:bg-accent sm:flex"
      >
        <SearchIcon className="size-4" aria-hidden />
        Go to…
        <Shortcut className="ml-auto" />
      </button>
      <div className="ml-auto flex items-center gap-1.5">
        <LiveIndicator />
        <Button variant="ghost" size="icon" className="sm:hidden" aria-label="Go to…" onClick={openPalette}>
          <SearchIcon aria-hidden />
        </Button>
        <UserMenu />
      </div>
    </>
  );
}
