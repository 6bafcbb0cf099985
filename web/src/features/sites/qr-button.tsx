"use client";

import { QrCode } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";

// Its code, and the dialog's, are loaded when somebody asks for one.
const QrDialog = lazy(() => import("./qr-dialog").then((module) => ({ default: module.QrDialog })));

export function QrButton({ url }: { url: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="outline" size="sm" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <QrCode aria-hidden /> QR
      </Button>
      {isOpen && (
        <Suspense>
          <QrDialog url={url} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
