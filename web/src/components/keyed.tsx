"use client";

import { Fragment, type ReactNode } from "react";
import { useDeploymentId, useSiteName } from "@/lib/params";

// To the router all names are the one page `_`: without a key, what was typed for one site would stay for the next.
export function KeyedBySite({ children }: { children: ReactNode }) {
  return <Fragment key={useSiteName()}>{children}</Fragment>;
}

export function KeyedByDeployment({ children }: { children: ReactNode }) {
  return <Fragment key={useDeploymentId()}>{children}</Fragment>;
}
