"use client";

import { usePathname } from "next/navigation";

/**
 * A static export knows no names: one page is made for `_` and the server answers every `/sites/<name>` with it.
 * The real name stands in the address only. While the page is being made it is "_".
 */
export function useSiteName(): string {
  return segment(usePathname(), 1);
}

export function useDeploymentId(): string {
  return segment(usePathname(), 1);
}

export function segment(pathname: string, index: number): string {
  const raw = pathname.split("/").filter(Boolean)[index] ?? "_";
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw; // a stray % in an address that somebody typed
  }
}
