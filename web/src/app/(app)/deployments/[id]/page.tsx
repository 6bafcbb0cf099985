import type { Metadata } from "next";
import { DeploymentTitle } from "@/components/page-title";
import { DeploymentPage } from "@/features/deployment/deployment-page";

export const metadata: Metadata = { title: "Deployment" };

export default function Page() {
  return (
    <>
      <DeploymentTitle />
      <DeploymentPage />
    </>
  );
}
