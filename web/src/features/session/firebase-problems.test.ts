import { FirebaseError } from "@firebase/app";
import { describe, expect, it } from "vitest";
import { Problem } from "@/lib/problem";
import { firebaseCode, firebaseProblem, requireLength } from "./firebase-problems";

const thrown = (code: string) => firebaseProblem(new FirebaseError(code, "what Firebase says"));

describe("what Firebase refuses", () => {
  it.each([
    ["auth/invalid-credential", "credentials_invalid", 401],
    ["auth/wrong-password", "credentials_invalid", 401],
    ["auth/user-not-found", "credentials_invalid", 401],
    ["auth/too-many-requests", "too_many_attempts", 429],
    ["auth/user-disabled", "account_disabled", 401],
    ["auth/network-request-failed", "firebase_unreachable", 0],
    ["auth/operation-not-allowed", "firebase_sign_in_off", 503],
    ["auth/api-key-not-valid.-please-pass-a-valid-api-key.", "firebase_key_refused", 503],
    ["auth/requests-from-referer-http://localhost:8000-are-blocked.", "firebase_key_refused", 503],
  ])("%s is said in our words", (code, ours, status) => {
    expect(thrown(code)).toMatchObject({ code: ours, status });
    expect(thrown(code).detail).not.toContain("auth/");
    expect(thrown(code).hint).not.toBe("");
  });

  it("says beside the field what is wrong with it", () => {
    expect(thrown("auth/weak-password").field("/password")).toContain("10 characters");
    expect(thrown("auth/email-already-in-use").field("/email")).toContain("already");
    expect(thrown("auth/invalid-email").field("/email")).toContain("not an email address");
  });

  it("does not tell an unknown address from a wrong password", () => {
    expect(thrown("auth/user-not-found").detail).toBe(thrown("auth/wrong-password").detail);
  });

  it("names a code that it does not know, cut to a length", () => {
    expect(thrown("auth/something-new").detail).toContain("something-new");
    expect(thrown(`auth/${"x".repeat(9_000)}`).detail.length).toBeLessThan(200);
  });

  it("leaves the platform's own problems as they are", () => {
    const own = new Problem({ status: 403, code: "signup_closed", title: "", detail: "", hint: "", errors: [] });
    expect(firebaseProblem(own)).toBe(own);
    expect(firebaseProblem(new TypeError("Failed to fetch")).code).toBe("unreachable");
    expect(firebaseCode(Object.assign(new Error("disk"), { code: "ENOSPC" }))).toBeUndefined();
  });
});

it("asks for as long a password as the platform itself", () => {
  expect(() => requireLength("123456789")).toThrow(Problem);
  expect(() => requireLength("1234567890")).not.toThrow();
});
