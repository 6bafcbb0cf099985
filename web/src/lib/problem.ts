import type { Problem as Body, FieldProblem } from "@/client";

/** What the API answers instead of a result (RFC 9457), as an error that can be thrown. Status 0: no answer came. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly errors: readonly FieldProblem[];

  constructor(body: Omit<Body, "type">) {
    super(body.detail);
    this.status = body.status;
    this.code = body.code;
    this.title = body.title;
    this.detail = body.detail;
    this.hint = body.hint;
    this.errors = body.errors ?? [];
  }

  /** What is wrong with one field of the form that was sent: `pointer` like "/email". */
  field(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }

  /** Worth asking again by itself: nobody answered, or the platform was busy or starting. */
  get isTemporary(): boolean {
    return (
      this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504
    );
  }
}

/** Any thrown value as a Problem. */
export function problemOf(error: unknown, response?: Response): Problem {
  if (error instanceof Problem) return error;
  if (isBody(error)) return new Problem(error);
  if (response !== undefined) return fromStatus(response.status);
  if (error instanceof DOMException && error.name === "AbortError") {
    return made(0, "aborted", "Cancelled", "This was cancelled.", "");
  }
  if (error instanceof TypeError) {
    return made(
      0,
      "unreachable",
      "No answer",
      "The platform can't be reached.",
      "Check your connection, and that Zipp is running on its server.",
    );
  }
  return made(0, "unexpected", "Unexpected error", "The page met an error of its own.", "Reload the page.");
}

/** The body of a failed answer, where only its text and status are known (XMLHttpRequest). */
export function problemOfText(status: number, text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isBody(parsed)) return new Problem(parsed);
  } catch {
    // Not JSON: a proxy's own page.
  }
  return fromStatus(status);
}

function fromStatus(status: number): Problem {
  if (status >= 500) {
    return made(
      status,
      "no_answer",
      "No answer",
      `The platform did not answer (${status}).`,
      "It may be starting or busy: try again in a moment.",
    );
  }
  return made(status, "refused", "Refused", `The request was refused (${status}).`, "Reload the page and try again.");
}

function made(status: number, code: string, title: string, detail: string, hint: string): Problem {
  return new Problem({ status, code, title, detail, hint, errors: [] });
}

function isBody(value: unknown): value is Body {
  if (typeof value !== "object" || value === null) return false;
  const body = value as Partial<Record<keyof Body, unknown>>;
  return (
    typeof body.status === "number" &&
    typeof body.code === "string" &&
    typeof body.detail === "string" &&
    typeof body.hint === "string" &&
    (body.errors === undefined || Array.isArray(body.errors))
  );
}
