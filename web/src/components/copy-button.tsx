"use client";

import { CheckIcon, CopyIcon } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/lib/toast";

type CopyButtonProps = Omit<ComponentProps<typeof Button>, "value" | "onClick" | "asChild"> & {
  value: string;
  /** What is copied, as the button's name: "Copy address". */
  label: string;
  /** With text beside the icon; without, the icon alone. */
  children?: ReactNode;
};

export function CopyButton({ value, label, children, variant = "ghost", size, ...props }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    if (await copyText(value)) setCopied(true);
    else toast.error("The browser did not allow copying.", { description: "Select the text and copy it by hand." });
  };
  const Icon = copied ? CheckIcon : CopyIcon;
  return (
    <Button
      variant={variant}
      size={size ?? (children ? "sm" : "icon-sm")}
      aria-label={copied ? "Copied" : label}
      title={label}
      onClick={copy}
      {...props}
    >
      <Icon aria-hidden className={copied ? "text-success" : undefined} />
      {children}
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </Button>
  );
}

/** Whether it was copied. The clipboard's API exists under https and on localhost only; elsewhere the old way works. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: try the old way.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  const holder = document.activeElement?.closest("[role=dialog],[role=alertdialog]") ?? document.body;
  holder.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
