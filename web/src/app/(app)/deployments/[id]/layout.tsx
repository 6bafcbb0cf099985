import type { ReactNode } from "react";
import { KeyedByDeployment } from "@/components/keyed";

/** One page is made for all ids; the server answers `/deployments/<id>` with it. */
export const generateStaticParams = () => [{ id: "_" }];

export default function Layout({ children }: { children: ReactNode }) {
  return <KeyedByDeployment>{children}</KeyedByDeployment>;
}
