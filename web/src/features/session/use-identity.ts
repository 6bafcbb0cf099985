"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { configQuery } from "@/lib/queries";
import { type IdentityClient, identityClient } from "./identity";

/** Gives the way in that this platform has, once something is to be proved. */
export function useIdentity(): () => Promise<IdentityClient> {
  const client = useQueryClient();
  return useCallback(async () => identityClient(await client.ensureQueryData(configQuery())), [client]);
}
