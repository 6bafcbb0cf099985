"use client";

import { Slot } from "radix-ui";
import { type ComponentProps, createContext, useContext, useId, useMemo, useState } from "react";

type Collapse = { id: string; open: boolean; toggle: () => void };

const CollapseContext = createContext<Collapse | null>(null);

function useCollapse(): Collapse {
  const collapse = useContext(CollapseContext);
  if (collapse === null) throw new Error("this belongs into a Collapsible");
  return collapse;
}

type CollapsibleProps = ComponentProps<"div"> & {
  open?: boolean;
  defaultOpen?: boolean;
  onOpenChange?: (open: boolean) => void;
};

function Collapsible({ open, defaultOpen = false, onOpenChange, ...props }: CollapsibleProps) {
  const id = useId();
  const [own, setOwn] = useState(defaultOpen);
  const isOpen = open ?? own;
  const collapse = useMemo(() => {
    const toggle = () => {
      setOwn(!isOpen);
      onOpenChange?.(!isOpen);
    };
    return { id, open: isOpen, toggle };
  }, [id, isOpen, onOpenChange]);
  return (
    <CollapseContext value={collapse}>
      <div data-slot="collapsible" data-state={isOpen ? "open" : "closed"} {...props} />
    </CollapseContext>
  );
}

function CollapsibleTrigger({ asChild = false, ...props }: ComponentProps<"button"> & { asChild?: boolean }) {
  const { id, open, toggle } = useCollapse();
  const Comp = asChild ? Slot.Root : "button";
  return (
    <Comp
      {...(asChild ? {} : { type: "button" as const })}
      data-slot="collapsible-trigger"
      data-state={open ? "open" : "closed"}
      aria-expanded={open}
      aria-controls={open ? id : undefined}
      onClick={toggle}
      {...props}
    />
  );
}

function CollapsibleContent(props: ComponentProps<"div">) {
  const { id, open } = useCollapse();
  if (!open) return null;
  return <div id={id} data-slot="collapsible-content" data-state="open" {...props} />;
}

export { Collapsible, CollapsibleContent, CollapsibleTrigger };
