import type { Metadata } from "next";
import { SiteSettingsPage } from "@/features/sites/site-settings-page";

export const metadata: Metadata = { title: "Site" };

export default function Page() {
  return <SiteSettingsPage />;
}
