"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/lib/utils";
import { NAVIGATION } from "./navigation";

export function NavList({ onNavigate }: { onNavigate?: () => void }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-5">
      {NAVIGATION.map((group) => (
        <div key={group.label} className="flex flex-col gap-1">
          <h2 className="px-2.5 font-medium text-muted-foreground text-xs">{group.label}</h2>
          <ul className="flex flex-col gap-0.5">
            {group.items.map(({ href, label, icon: Icon, holds }) => {
              const here = holds(pathname);
              return (
                <li key={href}>
                  <Link
                    href={href}
                    aria-current={here ? (pathname === href ? "page" : "true") : undefined}
                    onClick={onNavigate}
                    className={cn(
                      "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-muted-foreground transition-colors hover:bg-accent hover:text-foreground lg:h-8",
                      here && "bg-accent font-medium text-foreground",
                    )}
                  >
                    <Icon className="size-4 shrink-0" aria-hidden />
                    {label}
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
