"use client";

import { useQuery } from "@tanstack/react-query";
import {
  ActivityIcon,
  GlobeIcon,
  KeyRoundIcon,
  LayersIcon,
  LogOutIcon,
  type LucideIcon,
  UploadIcon,
  UserIcon,
  UsersIcon,
} from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { StatusBadge } from "@/components/status-badge";
import {
  CommandDialog,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { useSession, useSignOut } from "@/features/session";
import { paths } from "@/lib/paths";
import { sitesQuery } from "@/lib/queries";
import { THEMES } from "./themes";
import { notSignedOut } from "./user-menu";

type Place = { label: string; href: string; icon: LucideIcon; admin?: boolean };

const PLACES: readonly Place[] = [
  { label: "All sites", href: paths.dashboard, icon: LayersIcon },
  { label: "New deployment", href: paths.deploy(), icon: UploadIcon },
  { label: "Platform health", href: paths.health, icon: ActivityIcon },
  { label: "Account", href: paths.settings, icon: UserIcon },
  { label: "API tokens", href: paths.tokens, icon: KeyRoundIcon },
  { label: "Members", href: paths.members, icon: UsersIcon, admin: true },
];

type CommandPaletteProps = { open: boolean; onOpenChange: (open: boolean) => void };

export default function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  const router = useRouter();
  const { user } = useSession();
  const { setTheme } = useTheme();
  const signOut = useSignOut();
  const sites = useQuery({ ...sitesQuery(), enabled: open });
  const run = (act: () => void) => () => {
    onOpenChange(false);
    act();
  };
  const go = (href: string) => run(() => router.push(href));

  return (
    <CommandDialog open={open} onOpenChange={onOpenChange} title="Go to" description="Sites, pages and commands">
      <CommandInput placeholder="A site, a page, a command…" aria-label="A site, a page, a command" />
      <CommandList>
        <CommandEmpty>Nothing by that name.</CommandEmpty>
        {sites.data && sites.data.length > 0 && (
          <CommandGroup heading="Sites">
            {sites.data.map((site) => (
              <CommandItem key={site.name} value={`site ${site.name}`} onSelect={go(paths.site(site.name))}>
                <GlobeIcon aria-hidden />
                <span className="truncate">{site.name}</span>
                <StatusBadge status={site.status} className="ml-auto" />
              </CommandItem>
            ))}
          </CommandGroup>
        )}
        <CommandGroup heading="Pages">
          {PLACES.filter((place) => !place.admin || user.role === "admin").map(({ label, href, icon: Icon }) => (
            <CommandItem key={href} value={`page ${label}`} onSelect={go(href)}>
              <Icon aria-hidden />
              {label}
            </CommandItem>
          ))}
        </CommandGroup>
        <CommandGroup heading="Commands">
          {THEMES.map(({ value, label, icon: Icon }) => (
            <CommandItem key={value} value={`theme ${label}`} onSelect={run(() => setTheme(value))}>
              <Icon aria-hidden />
              Theme: {label.toLowerCase()}
            </CommandItem>
          ))}
          <CommandItem value="sign out" onSelect={run(() => void signOut().catch(notSignedOut))}>
            <LogOutIcon aria-hidden />
            Sign out
          </CommandItem>
        </CommandGroup>
      </CommandList>
    </CommandDialog>
  );
}
