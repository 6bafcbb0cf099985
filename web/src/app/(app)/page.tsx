import type { Metadata } from "next";
import { DashboardPage } from "@/features/sites/dashboard-page";

export const metadata: Metadata = { title: "Sites" };

export default function Page() {
  return <DashboardPage />;
}
