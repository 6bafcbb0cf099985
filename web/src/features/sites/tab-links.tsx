"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { cn } from "@/lib/utils";

export interface TabLink {
  href: string;
  label: string;
}

/** Tabs that are pages: each has its own address, so that it can be linked to, reloaded and gone back to. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="-mx-4 mb-6 overflow-x-auto border-b px-4 [scrollbar-width:none] sm:mx-0 sm:px-0">
      <ul className="flex gap-1">
        {tabs.map((tab) => (
          <Tab key={tab.href} tab={tab} isCurrent={tab.href === pathname} />
        ))}
      </ul>
    </nav>
  );
}

function Tab({ tab, isCurrent }: { tab: TabLink; isCurrent: boolean }) {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isCurrent) item.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isCurrent]);
  return (
    <li ref={item} className="shrink-0">
      <Link
        href={tab.href}
        aria-current={isCurrent ? "page" : undefined}
        className={cn(
          "inline-flex h-10 items-center border-b-2 px-3 focus-visible:-outline-offset-2",
          isCurrent
            ? "border-foreground font-medium"
            : "border-transparent text-muted-foreground hover:border-border hover:text-foreground",
        )}
      >
        {tab.label}
      </Link>
    </li>
  );
}
