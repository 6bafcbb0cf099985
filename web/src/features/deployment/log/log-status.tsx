import { CircleCheckIcon, PlugZapIcon, RadioIcon } from "lucide-react";
import type { useLiveStatus } from "@/features/live";

interface LogStatusProps {
  ended: boolean;
  connection: ReturnType<typeof useLiveStatus>;
}

/** Whether more is to come, and whether it would arrive. */
export function LogStatus({ ended, connection }: LogStatusProps) {
  const [Icon, text, colour] = ended
    ? ([CircleCheckIcon, "Ended", "text-muted-foreground"] as const)
    : connection === "open"
      ? ([RadioIcon, "Live", "text-success"] as const)
      : connection === "connecting"
        ? ([PlugZapIcon, "Connecting…", "text-muted-foreground"] as const)
        : ([PlugZapIcon, "Connection lost, trying again", "text-warning"] as const);
  return (
    <span role="status" className={`flex items-center gap-1 whitespace-nowrap text-xs ${colour}`}>
      <Icon aria-hidden className="size-3.5" />
      {text}
    </span>
  );
}
