import type { Metadata } from "next";
import Link from "next/link";
import { Logo } from "@/components/logo";
import { Button } from "@/components/ui/button";
import { paths } from "@/lib/paths";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start gap-5 px-6 pt-[18dvh] pb-12">
      <Logo />
      <div className="grid gap-1.5">
        <h1 className="font-semibold text-xl tracking-tight">There is nothing at this address</h1>
        <p className="text-muted-foreground">The address may be mistyped, or what was here has been deleted.</p>
      </div>
      <Button asChild>
        <Link href={paths.dashboard}>Go to your sites</Link>
      </Button>
    </main>
  );
}
