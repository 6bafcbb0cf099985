import type { Metadata } from "next";
import { SiteLogsPage } from "@/features/sites/site-logs-page";

export const metadata: Metadata = { title: "Site" };

export default function Page() {
  return <SiteLogsPage />;
}
