"use client";

import { type ComponentProps, useState } from "react";
import { Field } from "./field";

/** A password that its owner can look at. */
export function PasswordField(props: Omit<ComponentProps<typeof Field>, "type" | "aside">) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <button
      type="button"
      aria-pressed={shown}
      aria-label="Show the password"
      onClick={() => setShown(!shown)}
      className="rounded text-muted-foreground text-xs underline-offset-4 hover:text-foreground hover:underline"
    >
      {shown ? "Hide" : "Show"}
    </button>
  );
  return <Field type={shown ? "text" : "password"} required maxLength={1024} aside={toggle} {...props} />;
}
