"use client";

import { MoreHorizontal, RotateCcw, RotateCw, ScrollText, Square, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Deployment, Site } from "@/lib/api";
import { shortId } from "@/lib/format";
import { paths } from "@/lib/paths";
import { possibleActions } from "./deployment-actions";
import { sourceText } from "./source";
import type { useSiteActions } from "./use-site-actions";

interface Props {
  deployment: Deployment;
  site: Site;
  actions: ReturnType<typeof useSiteActions>;
}

type Question = "stop" | "delete" | null;

export function DeploymentMenu({ deployment, site, actions }: Props) {
  const [question, setQuestion] = useState<Question>(null);
  const can = possibleActions(deployment);
  const { label, revision } = sourceText(deployment.source);
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant="ghost"
            size="icon"
            disabled={actions.pending !== null}
            aria-label={`Actions for ${label} ${revision || shortId(deployment.id)}`}
          >
            <MoreHorizontal aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem asChild>
            <Link href={paths.deployment(deployment.id)}>
              <ScrollText aria-hidden /> View log
            </Link>
          </DropdownMenuItem>
          {can.redeploy && (
            <DropdownMenuItem onSelect={() => actions.redeploy(deployment)}>
              <RotateCw aria-hidden /> Redeploy
            </DropdownMenuItem>
          )}
          {can.rollBack && (
            <DropdownMenuItem onSelect={() => actions.rollBack(deployment, site.live_deployment)}>
              <RotateCcw aria-hidden /> Roll back to this
            </DropdownMenuItem>
          )}
          {can.cancel && (
            <DropdownMenuItem onSelect={() => actions.cancel(deployment)}>
              <Square aria-hidden /> Cancel
            </DropdownMenuItem>
          )}
          {can.stop && (
            <DropdownMenuItem onSelect={() => setQuestion("stop")}>
              <Square aria-hidden /> Stop…
            </DropdownMenuItem>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuItem variant="destructive" onSelect={() => setQuestion("delete")}>
            <Trash2 aria-hidden /> Delete…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <Questions
        question={question}
        close={() => setQuestion(null)}
        deployment={deployment}
        site={site}
        actions={actions}
      />
    </>
  );
}

function Questions({ question, close, deployment, site, actions }: Props & { question: Question; close: () => void }) {
  const onOpenChange = (open: boolean) => !open && close();
  return (
    <>
      <ConfirmDialog
        open={question === "stop"}
        onOpenChange={onOpenChange}
        title={`Stop ${site.name}?`}
        description="Its address then answers with a page that says it is stopped. You can bring this version back later."
        actionLabel="Stop"
        destructive
        onConfirm={() => actions.stop(deployment)}
      />
      <ConfirmDialog
        open={question === "delete"}
        onOpenChange={onOpenChange}
        title="Delete this deployment?"
        description={
          deployment.is_live
            ? `It is live: ${site.name} goes offline at once. Its files, image and log are removed for good.`
            : "Its files, image and log are removed for good. What is live stays as it is."
        }
        confirmText={site.name}
        actionLabel="Delete deployment"
        destructive
        onConfirm={() => actions.remove(deployment)}
      />
    </>
  );
}
