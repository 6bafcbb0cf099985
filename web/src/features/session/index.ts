export { SessionProvider, useSession } from "./session";
export { useIdentity } from "./use-identity";
export { useSignOut } from "./use-sign-out";
