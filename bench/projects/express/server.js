const express = require("express");

const VERSION = "@VERSION@";
const app = express();

app.get("/", (request, response) => response.send(VERSION));

const server = app.listen(process.env.PORT);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
