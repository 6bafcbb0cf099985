import type { ReactNode } from "react";
import { KeyedBySite } from "@/components/keyed";
import { SiteTitle } from "@/components/page-title";
import { SiteLayout } from "@/features/sites/site-layout";

/** One page is made for all names; the server answers `/sites/<name>` with it. */
export const generateStaticParams = () => [{ name: "_" }];

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <KeyedBySite>
      <SiteTitle />
      <SiteLayout>{children}</SiteLayout>
    </KeyedBySite>
  );
}
