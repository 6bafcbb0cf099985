import type { ReactNode } from "react";
import { Shell } from "@/components/shell/shell";

/** Everything that needs an account. */
export default function Layout({ children }: { children: ReactNode }) {
  return <Shell>{children}</Shell>;
}
