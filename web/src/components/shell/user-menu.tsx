"use client";

import { KeyRoundIcon, LogOutIcon, UserIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useSession, useSignOut } from "@/features/session";
import { paths } from "@/lib/paths";
import { problemOf } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { THEMES } from "./themes";

export function UserMenu() {
  const { user } = useSession();
  const { theme, setTheme } = useTheme();
  const signOut = useSignOut();
  const router = useRouter();
  const who = user.name || user.email || "Account";
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" className="rounded-full" aria-label={`Account: ${who}`}>
          <span
            aria-hidden
            className="grid size-8 place-content-center rounded-full bg-brand-soft font-semibold text-brand text-xs uppercase"
          >
            {initials(who)}
          </span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-60">
        <DropdownMenuLabel className="font-normal">
          <span className="block truncate font-medium text-foreground text-sm">{who}</span>
          {user.name && user.email && <span className="block truncate">{user.email}</span>}
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => router.push(paths.settings)}>
          <UserIcon aria-hidden />
          Account
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => router.push(paths.tokens)}>
          <KeyRoundIcon aria-hidden />
          API tokens
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme ?? "system"} onValueChange={setTheme}>
          {THEMES.map(({ value, label }) => (
            <DropdownMenuRadioItem key={value} value={value}>
              {label}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void signOut().catch(notSignedOut)}>
          <LogOutIcon aria-hidden />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function notSignedOut(error: unknown) {
  const { detail, hint } = problemOf(error);
  toast.error("You are still signed in.", { description: `${detail} ${hint}` });
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return (words.length > 1 && !name.includes("@") ? `${words[0]?.[0]}${words[1]?.[0]}` : name.slice(0, 2)) || "?";
}
