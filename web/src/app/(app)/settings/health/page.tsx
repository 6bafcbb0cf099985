import type { Metadata } from "next";
import { HealthPage } from "@/features/settings/health-page";

export const metadata: Metadata = { title: "Platform health" };

export default function Page() {
  return <HealthPage />;
}
