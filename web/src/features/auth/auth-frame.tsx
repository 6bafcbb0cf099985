import type { ReactNode } from "react";
import { Logo } from "@/components/logo";

/**
 * Around the pages of people who are not signed in. Hung from the top rather than centred: a browser paints what it has
 * of a page before the rest has come, and what comes then must not move what is read.
 */
export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[23rem] flex-col gap-8 px-4 pt-[18dvh] pb-12">
      <Logo />
      {children}
    </main>
  );
}
