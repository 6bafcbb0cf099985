"use client";

import { useSession } from "@/features/session";
import { NameCard } from "./name-card";
import { PasswordCard } from "./password-card";
import { PasswordMailCard } from "./password-mail-card";

export function AccountPage() {
  const { config } = useSession();
  return (
    <div className="max-w-2xl space-y-6">
      <NameCard />
      {config.identity === "firebase" ? <PasswordMailCard /> : <PasswordCard />}
    </div>
  );
}
