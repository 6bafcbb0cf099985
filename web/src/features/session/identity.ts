import { login, logout, signup, type User } from "@/lib/api";

export type SignUp = { email: string; password: string; name: string; setupToken?: string; invite?: string };

/** How people prove who they are. Each way ends with the API's own session cookie. Failures are Problems. */
export interface IdentityClient {
  signIn(email: string, password: string): Promise<User>;
  signUp(account: SignUp): Promise<User>;
  signOut(): Promise<void>;
}

/** The platform's own accounts. */
export class LocalIdentity implements IdentityClient {
  async signIn(email: string, password: string): Promise<User> {
    return (await login({ body: { email, password } })).user;
  }

  async signUp({ email, password, name, setupToken, invite }: SignUp): Promise<User> {
    const proof = { ...(setupToken ? { setup_token: setupToken } : {}), ...(invite ? { invite } : {}) };
    return (await signup({ body: { email, password, name, ...proof } })).user;
  }

  async signOut(): Promise<void> {
    await logout();
  }
}

/** Chosen by the platform's `identity`; Firebase's comes behind the same interface. */
export function identityClient(): IdentityClient {
  return new LocalIdentity();
}
