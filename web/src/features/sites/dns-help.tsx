import { CopyButton } from "@/components/copy-button";
import { dnsRecords } from "./domains";

/** The record to set where the domain's DNS is kept. Whether it is set is not known here, and nothing says it is. */
export function DnsHelp({ host, siteUrl, isOpen }: { host: string; siteUrl: string; isOpen: boolean }) {
  return (
    <details open={isOpen} className="mt-1 text-xs">
      <summary className="w-fit cursor-pointer rounded-sm text-muted-foreground hover:text-foreground">
        DNS record
      </summary>
      {dnsRecords(host, siteUrl).map((record) => (
        <dl
          key={record.type}
          className="mt-2 grid grid-cols-[4rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 rounded-md bg-muted p-3"
        >
          <dt className="text-muted-foreground">Type</dt>
          <dd className="font-mono">{record.type}</dd>
          <dt className="text-muted-foreground">Name</dt>
          <dd>
            <Copyable value={record.name} />
          </dd>
          <dt className="text-muted-foreground">Value</dt>
          <dd>
            {record.value ? <Copyable value={record.value} /> : "This platform’s public IP address (AAAA for IPv6)"}
          </dd>
        </dl>
      ))}
      <p className="mt-2 text-muted-foreground">
        Set it where the domain’s DNS is kept. It can take up to an hour to be seen everywhere.
      </p>
    </details>
  );
}

function Copyable({ value }: { value: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <span className="break-all font-mono">{value}</span>
      <CopyButton value={value} label={`Copy ${value}`} className="size-6 [&_svg]:size-3.5!" />
    </span>
  );
}
