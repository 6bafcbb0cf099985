import { Problem, problemOf } from "@/lib/problem";

type Told = { status: number; code: string; detail: string; hint: string; field?: string };

const WRONG: Told = {
  status: 401,
  code: "credentials_invalid",
  detail: "The email address or the password is wrong.",
  hint: "Check both and try again.",
};
const WEAK: Told = {
  status: 400,
  code: "password_weak",
  detail: "The password is too short or too easy to guess.",
  hint: "Use 10 characters or more; a few words that only you would put together do well.",
  field: "/password",
};
const BAD_KEY: Told = {
  status: 503,
  code: "firebase_key_refused",
  detail: "Firebase refuses this platform’s API key.",
  hint: "Its operator can check ZIPP_FIREBASE_API_KEY, and what the key is restricted to.",
};
const BAD_ADDRESS: Told = {
  status: 400,
  code: "invalid_email",
  detail: "That is not an email address.",
  hint: "It looks like ada@example.com.",
  field: "/email",
};

/** Firebase's codes (firebase.google.com/docs/auth/admin/errors, and the SDK's own) in our words. */
const PROBLEMS: Readonly<Record<string, Told>> = {
  "invalid-credential": WRONG,
  "invalid-login-credentials": WRONG,
  "wrong-password": WRONG,
  "user-not-found": WRONG,
  "missing-password": WRONG,
  "weak-password": WEAK,
  "password-does-not-meet-requirements": WEAK,
  "invalid-email": BAD_ADDRESS,
  "missing-email": BAD_ADDRESS,
  "invalid-api-key": BAD_KEY,
  "app-not-authorized": BAD_KEY,
  "email-already-in-use": {
    status: 409,
    code: "email_taken",
    detail: "There is an account with this address already.",
    hint: "Sign in with its password, or choose another address.",
    field: "/email",
  },
  "too-many-requests": {
    status: 429,
    code: "too_many_attempts",
    detail: "There were too many attempts for this account.",
    hint: "Wait a few minutes, or choose a new password by “Forgotten your password?”.",
  },
  "quota-exceeded": {
    status: 429,
    code: "too_many_attempts",
    detail: "Firebase takes no more requests of this platform just now.",
    hint: "Wait a few minutes and try again.",
  },
  "user-disabled": {
    status: 401,
    code: "account_disabled",
    detail: "This account is disabled.",
    hint: "Ask an admin of this platform.",
  },
  "network-request-failed": {
    status: 0,
    code: "firebase_unreachable",
    detail: "Firebase, which signs people in here, can’t be reached.",
    hint: "Check your connection, and whether something in the browser blocks googleapis.com.",
  },
  "operation-not-allowed": {
    status: 503,
    code: "firebase_sign_in_off",
    detail: "Sign-in by email and password is switched off in the Firebase project.",
    hint: "Its operator can switch it on: Authentication, Sign-in method, Email/Password.",
  },
  "admin-restricted-operation": {
    status: 403,
    code: "signup_closed",
    detail: "New accounts are switched off in the Firebase project.",
    hint: "Ask an admin of this platform to make an account for you.",
  },
  "multi-factor-auth-required": {
    status: 400,
    code: "second_factor_unsupported",
    detail: "This account asks for a second factor, which this page can’t ask for.",
    hint: "Ask the Firebase project’s operator, or use another account.",
  },
};

const SHORTEST = 10;

/** Firebase's own minimum is 6 characters; the platform's is the same whoever keeps the account. */
export function requireLength(password: string): void {
  if (password.length < SHORTEST) {
    throw problem({ ...WEAK, detail: `The password has fewer than ${SHORTEST} characters.` });
  }
}

/** "auth/weak-password" of an error that Firebase's SDK threw; undefined for any other. */
export function firebaseCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code.startsWith("auth/") ? error.code : undefined;
}

/** Anything thrown while Firebase was asked. */
export function firebaseProblem(error: unknown): Problem {
  const code = firebaseCode(error)?.slice("auth/".length);
  if (code === undefined) return problemOf(error);
  const told = PROBLEMS[code] ?? (/api-key|are-blocked/.test(code) ? BAD_KEY : unknown(code));
  return problem(told);
}

function unknown(code: string): Told {
  return {
    status: 503,
    code: "firebase_refused",
    detail: `Firebase did not sign you in (${code.slice(0, 80)}).`,
    hint: "Try again; if it stays, tell the operator of this platform what it says.",
  };
}

function problem({ field, ...told }: Told): Problem {
  const errors = field ? [{ pointer: field, code: told.code, detail: `${told.detail} ${told.hint}` }] : [];
  return new Problem({ ...told, title: told.detail, errors });
}
