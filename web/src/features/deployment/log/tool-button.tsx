import type { ComponentProps } from "react";
import { Button } from "@/components/ui/button";

interface ToolButtonProps extends ComponentProps<typeof Button> {
  label: string;
  shortcut?: string;
}

/** An icon with a name. */
export function ToolButton({ label, shortcut, ...props }: ToolButtonProps) {
  const title = shortcut ? `${label} (${shortcut})` : label;
  return <Button variant="ghost" size="icon-sm" aria-label={label} title={title} {...props} />;
}
