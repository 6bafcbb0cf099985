import { deleteApp, initializeApp } from "@firebase/app";
import {
  type ActionCodeSettings,
  type Auth,
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  type User as FirebaseUser,
  initializeAuth,
  inMemoryPersistence,
  sendEmailVerification,
  sendPasswordResetEmail,
  signInWithEmailAndPassword,
  signOut,
} from "@firebase/auth";
import { login, Problem, problemOf, type SignInConfig, type User } from "@/lib/api";
import { paths } from "@/lib/paths";
import { firebaseCode, firebaseProblem, requireLength } from "./firebase-problems";
import { type IdentityClient, type Proof, proofBody, type SignUp } from "./identity";

export type FirebaseConfig = NonNullable<SignInConfig["firebase"]>;

/**
 * Firebase Auth proves who it is; its ID token is traded for the platform's cookie at once. No credential of Firebase's
 * stays in the page: the SDK keeps it in memory, signs out, and is taken down after each use.
 */
export class FirebaseIdentity implements IdentityClient {
  readonly #config: FirebaseConfig;

  constructor(config: FirebaseConfig) {
    this.#config = config;
  }

  signIn(email: string, password: string): Promise<User> {
    return this.#withAuth(async (auth) => {
      const { user } = await signInWithEmailAndPassword(auth, email, password);
      return traded(user);
    });
  }

  signUp({ email, password, name, ...proof }: SignUp): Promise<User> {
    return this.#withAuth(async (auth) => {
      requireLength(password);
      return traded(await madeOrSignedIn(auth, email, password), { name, ...proof });
    });
  }

  readonly mailPasswordLink = (email: string): Promise<void> =>
    this.#withAuth(async (auth) => {
      try {
        await mailed((settings) => sendPasswordResetEmail(auth, email, settings));
      } catch (error) {
        // Whether there is such an account is told to nobody.
        if (firebaseCode(error) !== "auth/user-not-found") throw error;
      }
    });

  async #withAuth<T>(work: (auth: Auth) => Promise<T>): Promise<T> {
    const { api_key: apiKey, auth_domain: authDomain, project: projectId, auth_emulator: emulator } = this.#config;
    uses += 1;
    const app = initializeApp({ apiKey, authDomain, projectId }, `sign-in-${uses}`);
    try {
      const auth = initializeAuth(app, { persistence: inMemoryPersistence });
      if (emulator) connectAuthEmulator(auth, emulator, { disableWarnings: true });
      try {
        return await work(auth);
      } finally {
        await signOut(auth);
      }
    } catch (error) {
      throw firebaseProblem(error);
    } finally {
      await deleteApp(app);
    }
  }
}

/** An app's name is taken as long as it lives: one that waits must not be met by the next. */
let uses = 0;

/** Somebody with an account in the Firebase project may be new to Zipp: an earlier try, or another app of the same. */
async function madeOrSignedIn(auth: Auth, email: string, password: string): Promise<FirebaseUser> {
  try {
    return (await createUserWithEmailAndPassword(auth, email, password)).user;
  } catch (error) {
    if (firebaseCode(error) !== "auth/email-already-in-use") throw error;
    const known = await signInWithEmailAndPassword(auth, email, password).catch(() => null);
    if (known === null) throw error;
    return known.user;
  }
}

async function traded(user: FirebaseUser, { name, ...proof }: Proof & { name?: string } = {}): Promise<User> {
  const token = await user.getIdToken();
  try {
    return (await login({ body: { id_token: token, ...(name ? { name } : {}), ...proofBody(proof) } })).user;
  } catch (error) {
    const problem = problemOf(error);
    throw problem.code === "email_unverified" ? await askedToVerify(user, problem) : problem;
  }
}

/** The platform lets them in once the address is proved: Firebase mails the link for that. */
async function askedToVerify(user: FirebaseUser, problem: Problem): Promise<Problem> {
  const { status, code, title } = problem;
  try {
    await mailed((settings) => sendEmailVerification(user, settings));
  } catch (error) {
    const failed = firebaseProblem(error);
    // Firebase sends one at a time: the one before is still good.
    if (failed.code !== "too_many_attempts") return failed;
  }
  return new Problem({
    status,
    code,
    title,
    detail: "Your email address is not verified yet.",
    hint: `A link is on its way to ${user.email}. Open it, then come back and try again.`,
    errors: [],
  });
}

/** With a way back to this page, where the Firebase project knows its address (Authentication, authorised domains). */
async function mailed(send: (settings?: ActionCodeSettings) => Promise<void>): Promise<void> {
  try {
    await send({ url: new URL(paths.login(), window.location.origin).href });
  } catch (error) {
    if (!UNKNOWN_PLACE.has(firebaseCode(error) ?? "")) throw error;
    await send();
  }
}

const UNKNOWN_PLACE: ReadonlySet<string> = new Set(["auth/unauthorized-continue-uri", "auth/invalid-continue-uri"]);
