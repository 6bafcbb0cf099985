"use client";

import { NameCard } from "./name-card";
import { PasswordCard } from "./password-card";

export function AccountPage() {
  return (
    <div className="max-w-2xl space-y-6">
      <NameCard />
      <PasswordCard />
    </div>
  );
}
