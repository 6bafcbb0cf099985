"use client";

import { Slot } from "radix-ui";
import {
  type ComponentProps,
  createContext,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useContext,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";

/**
 * What dialogs, alert dialogs and sheets have in common, on the browser's own <dialog>: it keeps the focus inside, makes
 * the rest inert, closes on Escape, gives the focus back. Libraries for this inject styles, which the policy forbids.
 */
type Modal = { open: boolean; setOpen: (open: boolean) => void; titleId: string; descriptionId: string };

const ModalContext = createContext<Modal | null>(null);

export function useModal(): Modal {
  const modal = useContext(ModalContext);
  if (modal === null) throw new Error("this belongs into a dialog");
  return modal;
}

export type ModalProps = {
  open?: boolean;
  defaultOpen?: boolean;
  onOpenChange?: (open: boolean) => void;
  children?: ReactNode;
};

export function ModalRoot({ open, defaultOpen = false, onOpenChange, children }: ModalProps) {
  const [own, setOwn] = useState(defaultOpen);
  const id = useId();
  const isOpen = open ?? own;
  const setOpen = useCallback(
    (next: boolean) => {
      setOwn(next);
      onOpenChange?.(next);
    },
    [onOpenChange],
  );
  const modal = useMemo(
    () => ({ open: isOpen, setOpen, titleId: `${id}-title`, descriptionId: `${id}-description` }),
    [isOpen, setOpen, id],
  );
  return <ModalContext value={modal}>{children}</ModalContext>;
}

type PressProps = ComponentProps<"button"> & { asChild?: boolean };

export function ModalTrigger(props: PressProps) {
  const { open, setOpen } = useModal();
  return <Press aria-haspopup="dialog" aria-expanded={open} onPress={() => setOpen(true)} {...props} />;
}

export function ModalClose(props: PressProps) {
  const { setOpen } = useModal();
  return <Press onPress={() => setOpen(false)} {...props} />;
}

function Press({ asChild = false, onPress, onClick, ...props }: PressProps & { onPress: () => void }) {
  const Comp = asChild ? Slot.Root : "button";
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    onClick?.(event);
    if (!event.defaultPrevented) onPress();
  };
  return <Comp {...(asChild ? {} : { type: "button" as const })} onClick={press} {...props} />;
}

export type ModalContentProps = ComponentProps<"dialog"> & {
  /** Prevent its default to stay open. */
  onEscapeKeyDown?: (event: Event) => void;
  onInteractOutside?: (event: Event) => void;
};

export function ModalContent(props: ModalContentProps) {
  const { open } = useModal();
  return open ? createPortal(<OpenDialog {...props} />, document.body) : null;
}

function OpenDialog({ children, onEscapeKeyDown, onInteractOutside, ...props }: ModalContentProps) {
  const { setOpen, titleId, descriptionId } = useModal();
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState(false);

  // The content comes once the dialog is shown: nothing in a hidden one can take the focus (autoFocus).
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    setShown(true);
    return () => element?.close();
  }, []);
  useLayoutEffect(() => {
    if (shown) focusWithin(dialog.current);
  }, [shown]);

  const closeUnless = (ask: ((event: Event) => void) | undefined, event: Event) => {
    event.preventDefault();
    const question = new Event(event.type, { cancelable: true });
    ask?.(question);
    if (!question.defaultPrevented) setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key is Escape, which comes as onCancel
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      aria-describedby={descriptionId}
      onCancel={(event) => closeUnless(onEscapeKeyDown, event.nativeEvent)}
      onClick={(event) => {
        if (isOnBackdrop(event)) closeUnless(onInteractOutside, event.nativeEvent);
      }}
      {...props}
    >
      {shown && children}
    </dialog>
  );
}

const FOCUSABLE =
  "input:not([type=hidden],[hidden],:disabled),textarea:not(:disabled),select,button:not(:disabled),a[href]";

function focusWithin(dialog: HTMLDialogElement | null): void {
  const active = document.activeElement;
  if (dialog && (active === dialog || !dialog.contains(active))) dialog.querySelector<HTMLElement>(FOCUSABLE)?.focus();
}

/** A click of which only the dialog itself is the target may still be on its padding. */
function isOnBackdrop(event: MouseEvent<HTMLDialogElement>): boolean {
  if (event.target !== event.currentTarget) return false;
  const box = event.currentTarget.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return !inside;
}

export function ModalTitle(props: ComponentProps<"h2">) {
  return <h2 id={useModal().titleId} {...props} />;
}

/** A div when `asChild` says so by its child; a paragraph otherwise. */
export function ModalDescription({ asChild = false, ...props }: ComponentProps<"p"> & { asChild?: boolean }) {
  const Comp = asChild ? Slot.Root : "p";
  return <Comp id={useModal().descriptionId} {...props} />;
}
