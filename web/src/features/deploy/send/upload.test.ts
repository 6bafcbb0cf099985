import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { problemOf } from "@/lib/problem";
import { type UploadProgress, upload } from "./upload";

// A real server: what is under test is how the browser's request and its answers are understood.
type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(handler: Handler): Promise<string> {
  server = createServer(async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "OPTIONS") response.end();
    else handler(request, Buffer.concat(chunks), response);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
}

function form(size = 10): FormData {
  const data = new FormData();
  data.append("site", "my-site");
  data.append("file", new File(["x".repeat(size)], "a.zip"));
  return data;
}

const signal = () => new AbortController().signal;

describe("an upload", () => {
  it("sends the fields before the file and gives the answer", async () => {
    let sent = "";
    const url = await serve((_, body, response) => {
      sent = body.toString();
      response.statusCode = 202;
      response.end('{"id": "d1"}');
    });
    expect(await upload({ url, body: form(), signal: signal() })).toEqual({ id: "d1" });
    expect(sent.indexOf('name="site"')).toBeGreaterThan(0);
    expect(sent.indexOf('name="file"')).toBeGreaterThan(sent.indexOf('name="site"'));
  });

  it("tells how much is sent", async () => {
    const url = await serve((_request, _body, response) => response.end("{}"));
    const seen: UploadProgress[] = [];
    await upload({ url, body: form(300_000), signal: signal(), onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(0); // jsdom can't count a form's bytes: the browser's tests look at the numbers
  });

  it("a refusal keeps the platform's words and fields", async () => {
    const body = {
      status: 409,
      code: "site_taken",
      title: "Conflict",
      detail: "Taken.",
      hint: "Another.",
      errors: [{ pointer: "/site", detail: "Taken." }],
    };
    const url = await serve((_request, _body, response) => {
      response.statusCode = 409;
      response.end(JSON.stringify(body));
    });
    const problem = problemOf(await upload({ url, body: form(), signal: signal() }).catch((error: unknown) => error));
    expect(problem).toMatchObject({ status: 409, code: "site_taken", detail: "Taken.", hint: "Another." });
    expect(problem.field("/site")).toBe("Taken.");
  });

  it("a proxy's own page is a problem too", async () => {
    const url = await serve((_request, _body, response) => {
      response.statusCode = 502;
      response.end("<html>Bad gateway</html>");
    });
    await expect(upload({ url, body: form(), signal: signal() })).rejects.toMatchObject({ status: 502 });
  });

  it("a cut connection is said to be one", async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(upload({ url, body: form(), signal: signal() })).rejects.toMatchObject({
      status: 0,
      code: "unreachable",
    });
  });

  it("can be stopped", async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort()); // never answered
    await expect(upload({ url, body: form(), signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
    await expect(upload({ url, body: form(), signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});
