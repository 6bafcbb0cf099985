"use client";

import { Logo } from "@/components/logo";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { NavList } from "./nav-list";

export default function MobileNavSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet open onOpenChange={onClose}>
      <SheetContent side="left">
        <SheetHeader>
          <SheetTitle>
            <Logo />
          </SheetTitle>
          <SheetDescription className="sr-only">The places of Zipp</SheetDescription>
        </SheetHeader>
        <div className="px-3 pb-4">
          <NavList onNavigate={onClose} />
        </div>
      </SheetContent>
    </Sheet>
  );
}
