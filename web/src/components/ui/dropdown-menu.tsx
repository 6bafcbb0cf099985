"use client";

import { CheckIcon, CircleIcon } from "lucide-react";
import { Slot } from "radix-ui";
import {
  type ComponentProps,
  createContext,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useContext,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { cn } from "@/lib/utils";
import { moveFocus } from "./menu-keys";
import { type Align, menuPosition } from "./menu-position";

/** A menu button after the ARIA practices, on the browser's own popover: top layer, Escape and clicks beside it. */
type Menu = {
  id: string;
  open: boolean;
  setOpen: (open: boolean) => void;
  trigger: RefObject<HTMLButtonElement | null>;
};

const MenuContext = createContext<Menu | null>(null);

function useMenu(): Menu {
  const menu = useContext(MenuContext);
  if (menu === null) throw new Error("this belongs into a DropdownMenu");
  return menu;
}

function DropdownMenu({ children }: { children: ReactNode }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const menu = useMemo(() => ({ id, open, setOpen, trigger }), [id, open]);
  return <MenuContext value={menu}>{children}</MenuContext>;
}

function DropdownMenuTrigger({ asChild = false, ...props }: ComponentProps<"button"> & { asChild?: boolean }) {
  const { id, open, setOpen, trigger } = useMenu();
  const Comp = asChild ? Slot.Root : "button";
  // An open popover closes at pointerdown beside it: by the click, nobody would know that it was open.
  const wasOpen = useRef(false);
  return (
    <Comp
      ref={trigger}
      aria-haspopup="menu"
      aria-expanded={open}
      aria-controls={open ? id : undefined}
      onPointerDown={() => {
        wasOpen.current = open;
      }}
      onClick={() => {
        setOpen(!wasOpen.current);
        wasOpen.current = false;
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        setOpen(true);
      }}
      {...props}
    />
  );
}

type ContentProps = ComponentProps<"div"> & { align?: Align };

function DropdownMenuContent(props: ContentProps) {
  return useMenu().open ? <OpenMenu {...props} /> : null;
}

function OpenMenu({ align = "start", className, ...props }: ContentProps) {
  const { id, setOpen, trigger } = useMenu();
  const content = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const menu = content.current;
    const button = trigger.current;
    if (!menu || !button) return;
    const toggled = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") setOpen(false);
    };
    const moved = () => setOpen(false);
    menu.addEventListener("toggle", toggled);
    window.addEventListener("resize", moved);
    menu.showPopover();
    const size = { width: menu.offsetWidth, height: menu.offsetHeight };
    const place = menuPosition(button.getBoundingClientRect(), size, viewport(), align);
    menu.style.left = `${place.left}px`;
    menu.style.top = `${place.top}px`;
    moveFocus(menu, "first");
    return () => {
      menu.removeEventListener("toggle", toggled);
      window.removeEventListener("resize", moved);
      const focused = menu.contains(document.activeElement);
      if (menu.isConnected && menu.matches(":popover-open")) menu.hidePopover();
      if (focused) button.focus();
    };
  }, [align, setOpen, trigger]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === "Tab") {
      setOpen(false);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moveFocus(event.currentTarget, event.key)) event.preventDefault();
  };
  return (
    <div
      ref={content}
      id={id}
      role="menu"
      popover="auto"
      tabIndex={-1}
      data-slot="dropdown-menu-content"
      onKeyDown={onKeyDown}
      className={cn(
        "fixed inset-auto m-0 max-h-[calc(100dvh-1rem)] min-w-40 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-lg border bg-popover p-1 text-popover-foreground shadow-md outline-none",
        className,
      )}
      {...props}
    />
  );
}

const viewport = () => ({ width: document.documentElement.clientWidth, height: window.innerHeight });

const ITEM =
  "relative flex w-full cursor-default select-none items-center gap-2 rounded-md px-2 py-1.5 text-left text-sm outline-none hover:bg-accent focus:bg-accent focus:text-accent-foreground disabled:pointer-events-none disabled:opacity-55 [&_svg:not([class*='size-'])]:size-4 [&_svg]:pointer-events-none [&_svg]:shrink-0";

type ItemProps = Omit<ComponentProps<"button">, "onSelect"> & {
  asChild?: boolean;
  variant?: "default" | "destructive";
  /** Prevent its default to keep the menu open. */
  onSelect?: ((event: Event) => void) | undefined;
};

function DropdownMenuItem({ asChild, variant = "default", className, onSelect, onClick, ...props }: ItemProps) {
  const { setOpen } = useMenu();
  const Comp = asChild ? Slot.Root : "button";
  const select = (event: MouseEvent<HTMLButtonElement>) => {
    onClick?.(event);
    const question = new Event("select", { cancelable: true });
    onSelect?.(question);
    if (!question.defaultPrevented) setOpen(false);
  };
  return (
    <Comp
      role="menuitem"
      tabIndex={-1}
      {...(asChild ? {} : { type: "button" as const })}
      data-slot="dropdown-menu-item"
      data-variant={variant}
      className={cn(
        ITEM,
        variant === "destructive" && "text-danger hover:bg-danger-soft focus:bg-danger-soft focus:text-danger",
        className,
      )}
      onClick={select}
      {...props}
    />
  );
}

type CheckedItemProps = Omit<ItemProps, "asChild" | "variant"> & { indicator: ReactNode };

function CheckedItem({ className, children, indicator, ...props }: CheckedItemProps) {
  return (
    <DropdownMenuItem className={cn("pl-8", className)} {...props}>
      <span className="absolute left-2 flex size-3.5 items-center justify-center">{indicator}</span>
      {children}
    </DropdownMenuItem>
  );
}

type CheckboxItemProps = Omit<CheckedItemProps, "indicator"> & {
  checked?: boolean;
  onCheckedChange?: (checked: boolean) => void;
};

function DropdownMenuCheckboxItem({ checked = false, onCheckedChange, ...props }: CheckboxItemProps) {
  return (
    <CheckedItem
      role="menuitemcheckbox"
      aria-checked={checked}
      indicator={checked && <CheckIcon aria-hidden />}
      onClick={() => onCheckedChange?.(!checked)}
      {...props}
    />
  );
}

type RadioProps = { value?: string; onValueChange?: (value: string) => void };
const RadioContext = createContext<RadioProps>({});

function DropdownMenuRadioGroup({ value, onValueChange, ...props }: ComponentProps<"fieldset"> & RadioProps) {
  const radio = useMemo(() => ({ value, onValueChange }) as RadioProps, [value, onValueChange]);
  return (
    <RadioContext value={radio}>
      <fieldset {...props} />
    </RadioContext>
  );
}

function DropdownMenuRadioItem({ value, ...props }: Omit<CheckedItemProps, "indicator"> & { value: string }) {
  const radio = useContext(RadioContext);
  const checked = radio.value === value;
  return (
    <CheckedItem
      role="menuitemradio"
      aria-checked={checked}
      indicator={checked && <CircleIcon className="size-2 fill-current" aria-hidden />}
      onClick={() => radio.onValueChange?.(value)}
      {...props}
    />
  );
}

function DropdownMenuLabel({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="dropdown-menu-label"
      className={cn("px-2 py-1.5 font-medium text-muted-foreground text-xs", className)}
      {...props}
    />
  );
}

function DropdownMenuSeparator({ className, ...props }: ComponentProps<"hr">) {
  return <hr data-slot="dropdown-menu-separator" className={cn("-mx-1 my-1 border-t", className)} {...props} />;
}

export {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
};
