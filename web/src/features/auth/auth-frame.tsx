import type { ReactNode } from "react";
import { Logo } from "@/components/logo";

/** Around the pages of people who are not signed in. */
export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[23rem] flex-col justify-center gap-8 px-4 py-12">
      <Logo />
      {children}
    </main>
  );
}
