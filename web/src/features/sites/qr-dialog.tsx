"use client";

import { QRCodeSVG } from "qrcode.react";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";

export function QrDialog({ url, onClose }: { url: string; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="sm:max-w-xs">
        <DialogHeader>
          <DialogTitle>Open on a phone</DialogTitle>
          <DialogDescription>
            <span className="break-all">{url}</span>
            {isLocal(url) && " answers on this machine only: a phone can’t reach it."}
          </DialogDescription>
        </DialogHeader>
        <div className="mx-auto rounded-md bg-white p-3">
          <QRCodeSVG value={url} size={208} title={`QR code of ${url}`} />
        </div>
      </DialogContent>
    </Dialog>
  );
}

const isLocal = (url: string): boolean => /^https?:\/\/([^/:]*\.)?localhost(:|\/|$)/.test(url);
