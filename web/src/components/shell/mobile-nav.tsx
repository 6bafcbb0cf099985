"use client";

import { MenuIcon } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";

// Its code is loaded when it is first opened.
const MobileNavSheet = lazy(() => import("./mobile-nav-sheet"));

export function MobileNav() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="ghost"
        size="icon"
        className="lg:hidden"
        aria-label="Menu"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <MenuIcon aria-hidden />
      </Button>
      {open && (
        <Suspense>
          <MobileNavSheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
