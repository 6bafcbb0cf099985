import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type Deployment, redeploy } from "@/lib/api";
import { paths } from "@/lib/paths";
import { notifyProblem } from "../sites/notify";
import { useSiteActions } from "../sites/use-site-actions";

/** A site's actions as they go on from a deployment's own page: a new deployment is shown, a deleted one is left. */
export function useDeploymentActions(deployment: Deployment) {
  const router = useRouter();
  const actions = useSiteActions(deployment.site);
  const redeploying = useMutation({
    mutationFn: () => redeploy({ path: { deployment_id: deployment.id } }),
    onSuccess: (started) => router.push(paths.deployment(started.id)),
    onError: (error) => notifyProblem("It was not deployed again", error),
  });

  return {
    redeploy: () => redeploying.mutate(),
    rollBack: (before: string | null) => actions.rollBack(deployment, before),
    stop: async () => {
      await actions.stop(deployment);
    },
    remove: async () => {
      await actions.remove(deployment);
      router.replace(paths.site(deployment.site));
    },
    isPending: redeploying.isPending || actions.pending !== null,
  };
}
