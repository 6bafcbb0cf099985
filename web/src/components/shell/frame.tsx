import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/logo";
import { paths } from "@/lib/paths";
import { NavList } from "./nav-list";

/** Sidebar from 1024 px on; below, the topbar's menu has the same list. */
export function Frame({ topbar, children, busy = false }: { topbar: ReactNode; children: ReactNode; busy?: boolean }) {
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-primary px-3 py-2 font-medium text-primary-foreground focus:translate-y-0"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-6 overflow-y-auto border-r bg-card px-3 py-4 lg:flex">
        <Link
          href={paths.dashboard}
          className="flex h-7 w-fit items-center rounded-md px-2.5"
          aria-label="Zipp: all sites"
        >
          <Logo />
        </Link>
        <NavList />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-14 shrink-0 items-center gap-2 border-b bg-background px-3 sm:px-6">
          {topbar}
        </header>
        <main
          id="main"
          tabIndex={-1}
          aria-busy={busy}
          className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 outline-none sm:px-6 sm:py-8"
        >
          {children}
        </main>
      </div>
    </div>
  );
}
