import { afterEach, expect, test, vi } from "vitest";
import { client } from "@/client/client.gen";
import { getSite, login, logout, onUnauthenticated, Problem } from "./api";

const sent: Request[] = [];

function answers(status: number, body: unknown) {
  client.setConfig({
    baseUrl: "http://zipp.test",
    fetch: async (input) => {
      sent.push(input as Request);
      const headers = { "Content-Type": status < 400 ? "application/json" : "application/problem+json" };
      return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
    },
  });
}

const PROBLEM = {
  type: "x",
  title: "Unauthorized",
  status: 401,
  detail: "No session.",
  code: "no_session",
  hint: "Sign in.",
};

afterEach(() => {
  sent.length = 0;
});

test("a call gives the data itself, with the cookie and no token", async () => {
  answers(200, { name: "blog" });
  expect(await getSite({ path: { name: "a b" } })).toEqual({ name: "blog" });
  expect(new URL(sent[0]?.url ?? "").pathname).toBe("/api/sites/a%20b");
  expect(sent[0]?.credentials).toBe("same-origin");
  expect(sent[0]?.headers.has("Authorization")).toBe(false);
});

test("an answer without content is no error", async () => {
  answers(204, null);
  await expect(logout()).resolves.toBeDefined();
});

test("a refusal is thrown as a Problem, and a 401 is told", async () => {
  const told = vi.fn();
  const stop = onUnauthenticated(told);
  answers(401, PROBLEM);
  await expect(getSite({ path: { name: "blog" } })).rejects.toMatchObject({ code: "no_session", hint: "Sign in." });
  expect(told).toHaveBeenCalledTimes(1);
  answers(404, { ...PROBLEM, status: 404, code: "not_found" });
  await expect(getSite({ path: { name: "blog" } })).rejects.toBeInstanceOf(Problem);
  expect(told).toHaveBeenCalledTimes(1);
  stop();
  answers(401, PROBLEM);
  await expect(login({ body: { email: "a@b.c", password: "x" } })).rejects.toBeInstanceOf(Problem);
  expect(told).toHaveBeenCalledTimes(1);
});

test("no answer at all is a Problem too", async () => {
  client.setConfig({ fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  await expect(getSite({ path: { name: "blog" } })).rejects.toMatchObject({ status: 0, code: "unreachable" });
});
