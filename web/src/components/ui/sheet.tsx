"use client";

import { XIcon } from "lucide-react";
import type { ComponentProps } from "react";
import {
  ModalClose,
  ModalContent,
  type ModalContentProps,
  ModalDescription,
  ModalRoot,
  ModalTitle,
  ModalTrigger,
} from "@/components/ui/modal";
import { cn } from "@/lib/utils";

const Sheet = ModalRoot;
const SheetTrigger = ModalTrigger;
const SheetClose = ModalClose;

const SIDES = {
  right: "left-auto h-dvh w-[min(20rem,85vw)] border-l",
  left: "right-auto h-dvh w-[min(20rem,85vw)] border-r",
  top: "bottom-auto w-screen max-w-none border-b",
  bottom: "top-auto max-h-[85dvh] w-screen max-w-none rounded-t-xl border-t",
} as const;

type SheetContentProps = ModalContentProps & { side?: keyof typeof SIDES };

function SheetContent({ className, children, side = "right", ...props }: SheetContentProps) {
  return (
    <ModalContent
      data-slot="sheet-content"
      className={cn(
        "fixed inset-0 flex max-h-dvh flex-col gap-4 overflow-y-auto bg-popover text-popover-foreground shadow-lg outline-none backdrop:bg-black/55",
        SIDES[side],
        className,
      )}
      {...props}
    >
      {children}
      <ModalClose
        aria-label="Close"
        className="absolute top-3 right-3 grid size-8 place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
      >
        <XIcon className="size-4" aria-hidden />
      </ModalClose>
    </ModalContent>
  );
}

function SheetHeader({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="sheet-header" className={cn("flex flex-col gap-1.5 p-4", className)} {...props} />;
}

function SheetFooter({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="sheet-footer" className={cn("mt-auto flex flex-col gap-2 p-4", className)} {...props} />;
}

function SheetTitle({ className, ...props }: ComponentProps<typeof ModalTitle>) {
  return <ModalTitle data-slot="sheet-title" className={cn("font-semibold", className)} {...props} />;
}

function SheetDescription({ className, ...props }: ComponentProps<typeof ModalDescription>) {
  return (
    <ModalDescription
      data-slot="sheet-description"
      className={cn("text-muted-foreground text-sm", className)}
      {...props}
    />
  );
}

export { Sheet, SheetClose, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle, SheetTrigger };
