"use client";

import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { useSession } from "@/features/session";
import { usersQuery } from "@/lib/queries";
import { Invites } from "./invites";
import { ListSkeleton } from "./list-skeleton";
import { MemberItem } from "./member-item";

export function MembersPage() {
  const { user } = useSession();
  if (user.role !== "admin") {
    return (
      <EmptyState icon={Lock} title="Only admins see this page">
        Ask an admin of this platform.
      </EmptyState>
    );
  }
  return (
    <div className="max-w-4xl space-y-8">
      <Members />
      <Invites />
    </div>
  );
}

function Members() {
  const { data: members, error, refetch } = useQuery(usersQuery());
  return (
    <section aria-labelledby="members" className="space-y-3">
      <div>
        <h2 id="members" className="font-medium">
          Members
        </h2>
        <p className="text-muted-foreground">Members see their own sites; admins see and manage all of them.</p>
      </div>
      {members === undefined ? (
        error ? (
          <ErrorState error={error} retry={() => void refetch()} />
        ) : (
          <ListSkeleton />
        )
      ) : (
        <ul aria-labelledby="members" className="divide-y rounded-lg border bg-card">
          {members.map((member) => (
            <MemberItem key={member.uid} member={member} />
          ))}
        </ul>
      )}
    </section>
  );
}
