import { LoaderIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

export function SubmitButton({ busy, children }: { busy: boolean; children: ReactNode }) {
  return (
    <Button type="submit" aria-disabled={busy} className="w-full">
      {busy && <LoaderIcon className="motion-safe:animate-spin" aria-hidden />}
      {children}
    </Button>
  );
}
