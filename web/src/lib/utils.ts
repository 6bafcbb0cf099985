import { type ClassValue, clsx } from "clsx";
import { mergeClasses } from "./classes";

/** Joins classes; a later one replaces an earlier one that says the same. */
export function cn(...inputs: ClassValue[]): string {
  return mergeClasses(clsx(inputs));
}

/** The address if a browser may follow it (http, https), else undefined: data may hold `javascript:` and its kind. */
export function safeHref(address: string | null | undefined): string | undefined {
  if (!address) return undefined;
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Within this page's own origin: what `?next=` of the sign-in page may name. Anything else is the dashboard. */
export function safeNext(path: string | null): string {
  if (!path?.startsWith("/") || path.startsWith("//") || path.includes("\\")) return "/";
  const url = new URL(path, "http://here.invalid");
  return url.origin === "http://here.invalid" ? url.pathname + url.search + url.hash : "/";
}

export const isMac = (): boolean => typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
