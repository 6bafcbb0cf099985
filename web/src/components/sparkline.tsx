import { cn } from "@/lib/utils";

const WIDTH = 96;
const HEIGHT = 24;

type SparklineProps = { values: readonly number[]; label: string; className?: string; tone?: "brand" | "danger" };

/** Bars, one a value, the tallest as high as the box. `label` says in words what they show. Nothing at all: a base line. */
export function Sparkline({ values, label, className, tone = "brand" }: SparklineProps) {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const colour = tone === "danger" ? "fill-danger" : "fill-brand";
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cn("h-6 w-24", className)}
    >
      <title>{label}</title>
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (value / most) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time
            key={index}
            x={index * step + step * 0.12}
            y={HEIGHT - height}
            width={step * 0.76}
            height={height}
            rx={0.75}
            className={value === 0 ? "fill-input" : colour}
          />
        );
      })}
    </svg>
  );
}
