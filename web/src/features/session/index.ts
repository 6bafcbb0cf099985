export { type IdentityClient, identityClient, LocalIdentity } from "./identity";
export { SessionProvider, useSession, useSignOut } from "./session";
