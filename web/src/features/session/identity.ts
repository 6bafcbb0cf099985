import { login, type SignInConfig, signup, type User } from "@/lib/api";

/** What lets somebody in who has no account yet. */
export type Proof = { setupToken?: string; invite?: string };
export type SignUp = Proof & { email: string; password: string; name: string };

/** How people prove who they are. Each way ends with the API's own session cookie. Failures are Problems. */
export interface IdentityClient {
  signIn(email: string, password: string): Promise<User>;
  signUp(account: SignUp): Promise<User>;
  /** Mails a link with which a new password is chosen; null where nobody sends mail. */
  readonly mailPasswordLink: ((email: string) => Promise<void>) | null;
}

/** The platform's own accounts. */
export class LocalIdentity implements IdentityClient {
  readonly mailPasswordLink = null;

  async signIn(email: string, password: string): Promise<User> {
    return (await login({ body: { email, password } })).user;
  }

  async signUp({ email, password, name, ...proof }: SignUp): Promise<User> {
    return (await signup({ body: { email, password, name, ...proofBody(proof) } })).user;
  }
}

/** As the platform says; Firebase's SDK is loaded only where it is needed. */
export async function identityClient(config: SignInConfig): Promise<IdentityClient> {
  if (config.firebase === null) return new LocalIdentity();
  const { FirebaseIdentity } = await import("./firebase-identity");
  return new FirebaseIdentity(config.firebase);
}

/** As the API names it. */
export function proofBody({ setupToken, invite }: Proof): { setup_token?: string; invite?: string } {
  return { ...(setupToken ? { setup_token: setupToken } : {}), ...(invite ? { invite } : {}) };
}
