import { QueryClient } from "@tanstack/react-query";
import { problemOf } from "./problem";

/**
 * The cache of what the API answered. The live stream keeps it fresh, so nothing is asked again because a window got
 * the focus. `networkMode`: a platform on this very machine answers without any network.
 */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (failures, error) => failures < 2 && problemOf(error).isTemporary,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
