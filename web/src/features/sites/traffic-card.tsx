import { Sparkline } from "@/components/sparkline";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import type { Site } from "@/lib/api";
import { formatCount } from "@/lib/format";
import { trafficTotals } from "./traffic";

export function TrafficCard({ traffic }: { traffic: Site["traffic"] }) {
  const { requests, errors, label } = trafficTotals(traffic);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Requests, last 24 hours</CardTitle>
      </CardHeader>
      <CardContent>
        <p className="flex items-baseline gap-3">
          <span className="font-semibold text-2xl tabular-nums tracking-tight">{formatCount(requests)}</span>
          <span className={errors > 0 ? "text-danger" : "text-muted-foreground"}>
            {errors > 0 ? `${formatCount(errors)} server errors` : "no server errors"}
          </span>
        </p>
        <Sparkline values={traffic.requests} label={label} className="mt-3 h-10 w-full" />
      </CardContent>
    </Card>
  );
}
