import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { AuthHeading } from "./auth-text";

type NoticeProps = { title: string; children: ReactNode; link?: { href: string; label: string } };

/** Why there is no form here, and where to go instead. */
export function Notice({ title, children, link }: NoticeProps) {
  return (
    <div className="grid gap-6">
      <AuthHeading title={title}>{children}</AuthHeading>
      {link && (
        <Button asChild variant="outline">
          <Link href={link.href}>{link.label}</Link>
        </Button>
      )}
    </div>
  );
}
