"use client";

import type { ReactNode } from "react";
import { PageHeader } from "@/components/page-header";
import { useSession } from "@/features/session";
import { TabLinks } from "@/features/sites/tab-links";
import { paths } from "@/lib/paths";

export function SettingsLayout({ children }: { children: ReactNode }) {
  const { user } = useSession();
  const tabs = [
    { href: paths.settings, label: "Account" },
    { href: paths.tokens, label: "API tokens" },
    ...(user.role === "admin" ? [{ href: paths.members, label: "Members" }] : []),
    { href: paths.health, label: "Platform health" },
  ];
  return (
    <>
      <PageHeader title="Settings" />
      <TabLinks label="Settings" tabs={tabs} />
      {children}
    </>
  );
}
