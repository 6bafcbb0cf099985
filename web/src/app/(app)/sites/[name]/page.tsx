import type { Metadata } from "next";
import { SiteOverviewPage } from "@/features/sites/site-overview-page";

export const metadata: Metadata = { title: "Site" };

export default function Page() {
  return <SiteOverviewPage />;
}
