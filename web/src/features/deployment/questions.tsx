import { ConfirmDialog } from "@/components/confirm-dialog";
import type { Deployment } from "@/lib/api";

export type Question = "cancel" | "stop" | "delete";

interface QuestionsProps {
  deployment: Deployment;
  question: Question;
  close: () => void;
  actions: { stop: () => Promise<void>; remove: () => Promise<void> };
}

/** What is asked before something ends. */
export function Questions({ deployment, question, close, actions }: QuestionsProps) {
  const onOpenChange = (open: boolean) => {
    if (!open) close();
  };
  return (
    <>
      <ConfirmDialog
        open={question === "cancel"}
        onOpenChange={onOpenChange}
        title="Cancel this deployment?"
        description="What is live stays as it is."
        actionLabel="Cancel deployment"
        onConfirm={actions.stop}
      />
      <ConfirmDialog
        open={question === "stop"}
        onOpenChange={onOpenChange}
        title={`Stop ${deployment.site}?`}
        description="Its address then answers with a page that says it is stopped. You can bring this version back later."
        actionLabel="Stop"
        destructive
        onConfirm={actions.stop}
      />
      <ConfirmDialog
        open={question === "delete"}
        onOpenChange={onOpenChange}
        title="Delete this deployment?"
        description={
          deployment.is_live
            ? `It is live: ${deployment.site} goes offline at once. Its files, image and log are removed for good.`
            : "Its files, image and log are removed for good. What is live stays as it is."
        }
        confirmText={deployment.site}
        actionLabel="Delete deployment"
        destructive
        onConfirm={actions.remove}
      />
    </>
  );
}
