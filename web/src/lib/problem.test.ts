import { describe, expect, test } from "vitest";
import { Problem, problemOf, problemOfText } from "./problem";

const BODY = {
  type: "urn:zipp:problem:site_taken",
  title: "Conflict",
  status: 409,
  detail: "The site name 'blog' is taken.",
  code: "site_taken",
  hint: "Choose another name.",
  errors: [{ pointer: "/site", detail: "Taken.", code: "site_taken" }],
};

describe("problemOf", () => {
  test("reads the API's answer", () => {
    const problem = problemOf(BODY);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ status: 409, code: "site_taken", hint: "Choose another name." });
    expect(problem.message).toBe("The site name 'blog' is taken.");
    expect(problem.field("/site")).toBe("Taken.");
    expect(problem.field("/env")).toBeUndefined();
  });

  test("leaves a Problem as it is", () => {
    const problem = problemOf(BODY);
    expect(problemOf(problem)).toBe(problem);
  });

  test("without an answer says that the platform can't be reached, and that this passes", () => {
    const problem = problemOf(new TypeError("Failed to fetch"));
    expect(problem).toMatchObject({ status: 0, code: "unreachable", isTemporary: true });
  });

  test("what was cancelled is not an error of the platform", () => {
    expect(problemOf(new DOMException("stop", "AbortError")).code).toBe("aborted");
  });

  test("a proxy's own page is told by its status", () => {
    const problem = problemOf("<html>502 Bad Gateway</html>", new Response(null, { status: 502 }));
    expect(problem).toMatchObject({ status: 502, code: "no_answer", isTemporary: true });
    expect(problem.detail).not.toContain("<");
  });

  test.each([null, undefined, "text", 7, { status: "409" }, { status: 409, code: "x" }, [], new Error("x")])(
    "takes anything that was thrown: %o",
    (thrown) => {
      const problem = problemOf(thrown);
      expect(problem.detail).toBeTruthy();
      expect(problem.errors).toEqual([]);
    },
  );
});

describe("problemOfText", () => {
  test("reads an answer's text", () => {
    expect(problemOfText(409, JSON.stringify(BODY)).code).toBe("site_taken");
  });
  test.each(["", "<html>", "null", "[1]", '{"detail": 1}'])("falls back on the status for %j", (text) => {
    expect(problemOfText(413, text)).toMatchObject({ status: 413, code: "refused" });
  });
});
