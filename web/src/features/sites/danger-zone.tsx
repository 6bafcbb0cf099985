"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { deleteSite, type Site } from "@/lib/api";
import { paths } from "@/lib/paths";
import { deploymentQuery, keys } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useSiteActions } from "./use-site-actions";

export function DangerZone({ site }: { site: Site }) {
  return (
    <Card className="border-danger/40">
      <CardHeader>
        <CardTitle>Danger zone</CardTitle>
      </CardHeader>
      <CardContent className="divide-y [&>*:first-child]:pt-0 [&>*:last-child]:pb-0">
        {site.live_deployment && <StopSite site={site} id={site.live_deployment} />}
        <DeleteSite site={site} />
      </CardContent>
    </Card>
  );
}

function StopSite({ site, id }: { site: Site; id: string }) {
  const [isAsking, setAsking] = useState(false);
  const actions = useSiteActions(site.name);
  const { data: live } = useQuery(deploymentQuery(id));
  return (
    <Deed
      title="Stop the site"
      text="Its address answers with a page that says so. Nothing is removed: any kept version can be brought back."
    >
      <Button variant="outline" disabled={!live || actions.pending !== null} onClick={() => setAsking(true)}>
        {actions.pending ?? "Stop site"}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={`Stop ${site.name}?`}
        description="People who open it then see a page that says it is stopped."
        actionLabel="Stop site"
        destructive
        onConfirm={async () => {
          if (live) await actions.stop(live);
        }}
      />
    </Deed>
  );
}

function DeleteSite({ site }: { site: Site }) {
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();
  const router = useRouter();

  async function remove() {
    await deleteSite({ path: { name: site.name } });
    queries.setQueryData<Site[]>(keys.sites, (sites) => sites?.filter((each) => each.name !== site.name));
    router.replace(paths.dashboard);
    toast.success(`${site.name} is deleted`);
  }

  return (
    <Deed
      title="Delete the site"
      text="All of its deployments, logs, variables and domains are removed for good, and its name becomes free."
    >
      <Button variant="destructive" onClick={() => setAsking(true)}>
        Delete site
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={`Delete ${site.name}?`}
        description="It goes offline at once, and all of its deployments, logs, variables and domains are removed for good."
        confirmText={site.name}
        actionLabel="Delete site"
        destructive
        onConfirm={remove}
      />
    </Deed>
  );
}

function Deed({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 py-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted-foreground">{text}</p>
      </div>
      {children}
    </div>
  );
}
