// A server without any dependency: / says hello, /stream sends an event each second (server-sent events).
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  if (request.url === "/stream") return stream(response);
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  if (request.url !== "/") response.statusCode = 404;
  response.end(request.url === "/" ? `Hello from Node ${process.version} on port ${port}\n` : "Nothing here\n");
});

function stream(response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  let count = 0;
  const send = () => response.write(`id: ${++count}\ndata: tick ${count}\n\n`);
  send();
  const timer = setInterval(send, 1000);
  response.on("close", () => clearInterval(timer));
}

server.listen(port, "0.0.0.0", () => console.log(`Listening on port ${port}`));

// Zipp sends SIGTERM once a newer version has taken over: finish what is under way, then go.
process.on("SIGTERM", () => {
  console.log("SIGTERM: finishing");
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 8000).unref();
});
