import { ActivityIcon, LayersIcon, type LucideIcon, SettingsIcon, UploadIcon } from "lucide-react";
import { paths } from "@/lib/paths";

export type NavigationItem = {
  label: string;
  href: string;
  icon: LucideIcon;
  /** Whether this item stands for the page at `pathname`. */
  holds: (pathname: string) => boolean;
};

export type NavigationGroup = { label: string; items: readonly NavigationItem[] };

const under =
  (...prefixes: string[]) =>
  (pathname: string) =>
    prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`));

/** The places of the product. What tells how the platform is doing stands under Observe, a line a page. */
export const NAVIGATION: readonly NavigationGroup[] = [
  {
    label: "Deploy",
    items: [
      {
        label: "Sites",
        href: paths.dashboard,
        icon: LayersIcon,
        holds: (pathname) => pathname === "/" || under("/sites", "/deployments")(pathname),
      },
      { label: "New deployment", href: paths.deploy(), icon: UploadIcon, holds: under("/deploy") },
    ],
  },
  {
    label: "Observe",
    items: [{ label: "Platform health", href: paths.health, icon: ActivityIcon, holds: under(paths.health) }],
  },
  {
    label: "Manage",
    items: [
      {
        label: "Settings",
        href: paths.settings,
        icon: SettingsIcon,
        holds: (pathname) => under(paths.settings)(pathname) && !under(paths.health)(pathname),
      },
    ],
  },
];
