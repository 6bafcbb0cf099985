import type { Metadata } from "next";
import { DeployPage } from "@/features/deploy/deploy-page";

export const metadata: Metadata = { title: "Deploy" };

export default function Page() {
  return <DeployPage />;
}
