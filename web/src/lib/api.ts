import { client } from "@/client/client.gen";
import { problemOf } from "./problem";

/**
 * The API's calls and types: the generated client, configured. Import from here, not from "@/client".
 *
 * Same origin, with the session's cookie. Each call gives its data or throws a Problem.
 */
client.setConfig({ baseUrl: "", credentials: "same-origin" });
client.interceptors.error.use((error, response) => {
  const problem = problemOf(error, response);
  if (problem.status === 401) for (const told of unauthenticated) told();
  return problem;
});

const unauthenticated = new Set<() => void>();

/** `told` is called whenever a call answers 401; gives back how to stop that. */
export function onUnauthenticated(told: () => void): () => void {
  unauthenticated.add(told);
  return () => unauthenticated.delete(told);
}

export * from "@/client";
export { Problem, problemOf, problemOfText } from "./problem";
