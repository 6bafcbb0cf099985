import { Problem } from "@/lib/problem";

/** What the page itself refuses, in the same words as the API would. */
export function refusal(code: string, detail: string, hint: string): Problem {
  return new Problem({ status: 0, code, title: "Can’t be deployed", detail, hint, errors: [] });
}

export function tooLarge(limit: string): Problem {
  return refusal(
    "upload_too_large",
    `The archive is larger than the ${limit} that this platform accepts.`,
    "Leave out what can be installed or built again, and large media, or deploy from Git.",
  );
}
