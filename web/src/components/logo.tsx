import { cn } from "@/lib/utils";

/** A Z whose middle stroke is a bolt. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={cn("size-6", className)}>
      <rect width="24" height="24" rx="6" className="fill-foreground" />
      <path
        d="M6.5 6h11l-5 5.2h4.2L6.5 18h11"
        className="fill-none stroke-background"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("flex items-center gap-2 font-semibold text-base tracking-tight", className)}>
      <LogoMark />
      Zipp
    </span>
  );
}
