"use client";

import { MoreHorizontal, RotateCcw, RotateCw, ScrollText, Square, Trash2 } from "lucide-react";
import Link from "next/link";
import { lazy, Suspense, useState } from "react";
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
import type { Question } from "../deployment/questions";
import { possibleActions } from "./deployment-actions";
import { sourceText } from "./source";
import type { useSiteActions } from "./use-site-actions";

interface Props {
  deployment: Deployment;
  site: Site;
  actions: ReturnType<typeof useSiteActions>;
}

const Questions = lazy(() => import("../deployment/questions").then((module) => ({ default: module.Questions })));

export function DeploymentMenu({ deployment, site, actions }: Props) {
  const [question, setQuestion] = useState<Question | null>(null);
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
      {question !== null && (
        <Suspense>
          <Questions
            deployment={deployment}
            question={question}
            close={() => setQuestion(null)}
            actions={{ stop: () => actions.stop(deployment), remove: () => actions.remove(deployment) }}
          />
        </Suspense>
      )}
    </>
  );
}
