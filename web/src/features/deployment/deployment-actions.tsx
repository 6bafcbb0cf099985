"use client";

import { useQuery } from "@tanstack/react-query";
import { EllipsisIcon, RotateCcwIcon, RotateCwIcon, SquareIcon, Trash2Icon } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Deployment } from "@/lib/api";
import { siteQuery } from "@/lib/queries";
import { possibleActions } from "../sites/deployment-actions";
import type { Question } from "./questions";
import { useDeploymentActions } from "./use-deployment-actions";

const Questions = lazy(() => import("./questions").then((module) => ({ default: module.Questions })));

export function DeploymentActions({ deployment }: { deployment: Deployment }) {
  const { data: site } = useQuery(siteQuery(deployment.site));
  const actions = useDeploymentActions(deployment);
  const [question, setQuestion] = useState<Question | null>(null);
  const can = possibleActions(deployment);
  return (
    <>
      {can.cancel && (
        <Button variant="outline" size="sm" disabled={actions.isPending} onClick={() => setQuestion("cancel")}>
          <SquareIcon aria-hidden /> Cancel
        </Button>
      )}
      {can.rollBack && (
        <Button
          variant="outline"
          size="sm"
          disabled={actions.isPending || site === undefined}
          onClick={() => actions.rollBack(site?.live_deployment ?? null)}
        >
          <RotateCcwIcon aria-hidden /> {site?.live_deployment ? "Roll back to this" : "Make live again"}
        </Button>
      )}
      {can.redeploy && (
        <Button variant="outline" size="sm" disabled={actions.isPending} onClick={actions.redeploy}>
          <RotateCwIcon aria-hidden /> Redeploy
        </Button>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="outline" size="icon-sm" disabled={actions.isPending} aria-label="More actions">
            <EllipsisIcon aria-hidden />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {can.stop && (
            <DropdownMenuItem onSelect={() => setQuestion("stop")}>
              <SquareIcon aria-hidden /> Stop the site…
            </DropdownMenuItem>
          )}
          <DropdownMenuItem variant="destructive" onSelect={() => setQuestion("delete")}>
            <Trash2Icon aria-hidden /> Delete…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {question && (
        <Suspense>
          <Questions deployment={deployment} question={question} close={() => setQuestion(null)} actions={actions} />
        </Suspense>
      )}
    </>
  );
}
