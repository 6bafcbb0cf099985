import type { Metadata } from "next";
import { SiteEnvironmentPage } from "@/features/sites/site-environment-page";

export const metadata: Metadata = { title: "Site" };

export default function Page() {
  return <SiteEnvironmentPage />;
}
