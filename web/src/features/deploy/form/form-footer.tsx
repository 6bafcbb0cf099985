"use client";

import { RocketIcon } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import type { Problem } from "@/lib/problem";
import type { SendProgress } from "../send/deliver";
import { ProgressBar } from "../send/progress-bar";
import { SiteUrl } from "./name-field";

type FormFooterProps = {
  name: string;
  progress: SendProgress | null;
  problem: Problem | null;
  submitRef: RefObject<HTMLButtonElement | null>;
  onCancel: () => void;
};

/** The address that it will have and the button; while it is sent, how far it is. */
export function FormFooter({ name, progress, problem, submitRef, onCancel }: FormFooterProps) {
  const wasBusy = useRef(false);
  const busy = progress !== null;
  useEffect(() => {
    if (wasBusy.current && !busy) submitRef.current?.focus();
    wasBusy.current = busy;
  }, [busy, submitRef]);
  return (
    <div className="grid gap-3 border-t bg-background/40 px-5 py-4">
      <FormProblem error={problem} />
      <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-3">
        {progress ? (
          <ProgressBar progress={progress} onCancel={onCancel} />
        ) : (
          <>
            <SiteUrl name={name} className="min-w-0 break-all text-muted-foreground" />
            <Button ref={submitRef} type="submit" size="lg" variant="brand" className="ml-auto">
              <RocketIcon aria-hidden /> Deploy
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
