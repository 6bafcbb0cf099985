// Firebase Hosting as superstatic, the part of Firebase's tools that carries out a firebase.json, and Cloud Run as the
// one server that its rewrites may name: node hosting.cjs FOLDER PORT CLOUD_RUN_URL

const http = require("node:http");
const path = require("node:path");
const { createRequire } = require("node:module");

const tools = createRequire(path.join(__dirname, "../../scripts/firebase/package.json"));
const superstatic = tools("superstatic").default;

const [folder, port, cloudRun] = process.argv.slice(2);
const { hosting } = require(path.join(folder, "firebase.json"));

/** Of the cookies it lets only one through, and it says in a header of its own which name was asked for. */
function headersBehindHosting(headers) {
  const session = (headers.cookie ?? "").split("; ").filter((each) => each.startsWith("__session="));
  const { cookie, ...rest } = headers;
  const passed = { ...rest, host: "zipp-api.run.example", "x-forwarded-host": headers.host, "x-forwarded-proto": "https" };
  return session.length > 0 ? { ...passed, cookie: session[0] } : passed;
}

async function run() {
  return (request, response) => {
    const options = { method: request.method, headers: headersBehindHosting(request.headers) };
    const passed = http.request(new URL(request.url, cloudRun), options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.writeHead(502).end());
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  };
}

const serve = superstatic({ cwd: folder, config: hosting, fallthrough: false, compression: true, rewriters: { run } });
const server = http.createServer((request, response) => serve(request, response, () => response.writeHead(500).end()));
server.listen(Number(port), "127.0.0.1");
