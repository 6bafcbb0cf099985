import type { Metadata } from "next";
import { SiteDomainsPage } from "@/features/sites/site-domains-page";

export const metadata: Metadata = { title: "Site" };

export default function Page() {
  return <SiteDomainsPage />;
}
