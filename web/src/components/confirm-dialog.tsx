"use client";

import { lazy, type ReactNode, Suspense } from "react";

// Its code is loaded when something is first asked.
const ConfirmDialogContent = lazy(() => import("./confirm-dialog-content"));

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** What must be typed before it can be done: for what can't be undone. */
  confirmText?: string;
  actionLabel: string;
  destructive?: boolean;
  /** It closes when this is fulfilled; when it throws, it stays and shows why. */
  onConfirm: () => Promise<void>;
};

export function ConfirmDialog(props: ConfirmDialogProps) {
  if (!props.open) return null;
  return (
    <Suspense>
      <ConfirmDialogContent {...props} />
    </Suspense>
  );
}
