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

const Dialog = ModalRoot;
const DialogTrigger = ModalTrigger;
const DialogClose = ModalClose;

function DialogContent({ className, children, showCloseButton = true, ...props }: DialogContentProps) {
  return (
    <ModalContent
      data-slot="dialog-content"
      className={cn(
        "fixed m-auto grid max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] gap-4 overflow-y-auto rounded-xl border bg-popover p-6 text-popover-foreground shadow-lg outline-none backdrop:bg-black/55 sm:max-w-lg",
        className,
      )}
      {...props}
    >
      {children}
      {showCloseButton && (
        <ModalClose
          aria-label="Close"
          className="absolute top-3 right-3 grid size-8 place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground"
        >
          <XIcon className="size-4" aria-hidden />
        </ModalClose>
      )}
    </ModalContent>
  );
}

type DialogContentProps = ModalContentProps & { showCloseButton?: boolean };

function DialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="dialog-header" className={cn("flex flex-col gap-2 pr-6 text-left", className)} {...props} />;
}

function DialogFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="dialog-footer"
      className={cn("flex flex-col-reverse gap-2 sm:flex-row sm:justify-end", className)}
      {...props}
    />
  );
}

function DialogTitle({ className, ...props }: ComponentProps<typeof ModalTitle>) {
  return (
    <ModalTitle data-slot="dialog-title" className={cn("font-semibold text-base leading-6", className)} {...props} />
  );
}

function DialogDescription({ className, ...props }: ComponentProps<typeof ModalDescription>) {
  return (
    <ModalDescription
      data-slot="dialog-description"
      className={cn("text-muted-foreground text-sm", className)}
      {...props}
    />
  );
}

export {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
};
