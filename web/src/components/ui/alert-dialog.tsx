"use client";

import type { ComponentProps } from "react";
import { buttonVariants } from "@/components/ui/button";
import { DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { ModalClose, type ModalContentProps, ModalRoot, ModalTrigger } from "@/components/ui/modal";
import { cn } from "@/lib/utils";

const AlertDialog = ModalRoot;
const AlertDialogTrigger = ModalTrigger;
const AlertDialogFooter = DialogFooter;
const AlertDialogTitle = DialogTitle;
const AlertDialogDescription = DialogDescription;

const stay = (event: Event) => event.preventDefault();

/** It wants an answer: a click beside it is none. */
function AlertDialogContent(props: ModalContentProps) {
  return <DialogContent role="alertdialog" showCloseButton={false} onInteractOutside={stay} {...props} />;
}

function AlertDialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <DialogHeader className={cn("pr-0", className)} {...props} />;
}

function AlertDialogAction({ className, ...props }: ComponentProps<typeof ModalClose>) {
  return <ModalClose className={cn(buttonVariants(), className)} {...props} />;
}

function AlertDialogCancel({ className, ...props }: ComponentProps<typeof ModalClose>) {
  return <ModalClose className={cn(buttonVariants({ variant: "outline" }), className)} {...props} />;
}

export {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
};
