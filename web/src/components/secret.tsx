import { CopyButton } from "@/components/copy-button";

/** Something that is shown once, to be copied. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <div className="min-w-0 space-y-1.5">
      <p className="font-medium text-sm">{label}</p>
      <div className="flex min-w-0 items-center gap-1 rounded-md border bg-muted py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 break-all font-mono text-xs">{value}</code>
        <CopyButton value={value} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
