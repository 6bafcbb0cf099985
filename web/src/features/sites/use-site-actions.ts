import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type Deployment, deleteDeployment, redeploy, rollback, stopDeployment } from "@/lib/api";
import { shortId } from "@/lib/format";
import { paths } from "@/lib/paths";
import { keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { notifyProblem } from "./notify";
import { sourceText } from "./source";

interface RollBack {
  /** The deployment to go to, and what to say when it is live. */
  id: string;
  done: string;
  /** What was live before: where "Undo" goes. */
  before: string | null;
}

/** What can be done to a site's deployments. The lists follow by the event stream; without one, by asking again. */
export function useSiteActions(name: string) {
  const queries = useQueryClient();
  const router = useRouter();

  function refresh(): void {
    for (const queryKey of [keys.site(name), keys.sites, keys.deployments]) {
      void queries.invalidateQueries({ queryKey });
    }
  }

  const redeploying = useMutation({
    mutationFn: (deployment: Deployment) => redeploy({ path: { deployment_id: deployment.id } }),
    onSuccess: (started) => {
      refresh();
      toast.success(`Deploying ${name} again`, {
        action: { label: "View log", onClick: () => router.push(paths.deployment(started.id)) },
      });
    },
    onError: (error) => notifyProblem("It was not deployed again", error),
  });

  const rollingBack = useMutation({
    mutationFn: ({ id }: RollBack) => rollback({ path: { name }, body: { deployment_id: id } }),
    onSuccess: (_site, { id, done, before }) => {
      refresh();
      const undo = before === null ? {} : { action: { label: "Undo", onClick: () => undoRollBack(before, id) } };
      toast.success(done, undo);
    },
    onError: (error) => notifyProblem("It was not rolled back", error),
  });

  function undoRollBack(id: string, before: string): void {
    rollingBack.mutate({ id, done: "Back at the version from before", before });
  }

  const stopping = useMutation({
    // Who cancels does not mean to stop a site that has gone live meanwhile.
    mutationFn: (deployment: Deployment) =>
      stopDeployment({ path: { deployment_id: deployment.id }, query: { under_way: deployment.status !== "RUNNING" } }),
    onSuccess: (_stopped, deployment) => {
      refresh();
      toast.success(deployment.status === "RUNNING" ? `${name} is stopped` : "The deployment is cancelled");
    },
  });

  const deleting = useMutation({
    mutationFn: (deployment: Deployment) => deleteDeployment({ path: { deployment_id: deployment.id } }),
    onSuccess: () => {
      refresh();
      toast.success("The deployment is deleted");
    },
  });

  return {
    redeploy: (deployment: Deployment) => redeploying.mutate(deployment),
    rollBack: (deployment: Deployment, before: string | null) =>
      rollingBack.mutate({ id: deployment.id, done: doneText(name, deployment, before), before }),
    cancel: (deployment: Deployment) =>
      stopping.mutate(deployment, { onError: (error) => notifyProblem("It was not cancelled", error) }),
    /** These are asked about in a dialog first, which shows why they failed. */
    stop: async (deployment: Deployment) => void (await stopping.mutateAsync(deployment)),
    remove: async (deployment: Deployment) => void (await deleting.mutateAsync(deployment)),
    pending: pendingOf([
      [redeploying.isPending, "Starting…"],
      [rollingBack.isPending, "Rolling back…"],
      [stopping.isPending, "Stopping…"],
      [deleting.isPending, "Deleting…"],
    ]),
  };
}

function doneText(site: string, deployment: Deployment, before: string | null): string {
  if (before === null) return `${site} is live again`;
  const { label, revision } = sourceText(deployment.source);
  return `Rolled back to ${label} ${revision || shortId(deployment.id)}`;
}

function pendingOf(states: [isPending: boolean, text: string][]): string | null {
  return states.find(([isPending]) => isPending)?.[1] ?? null;
}
