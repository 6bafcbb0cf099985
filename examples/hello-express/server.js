const express = require("express");

const app = express();
const port = process.env.PORT || 3000;

app.set("trust proxy", true); // Zipp's nginx says which address and scheme the visitor used

app.get("/", (request, response) => {
  response.type("text").send(`Hello from Express, ${request.protocol}://${request.hostname}\n`);
});

app.get("/time", (request, response) => {
  response.json({ time: new Date().toISOString() });
});

const server = app.listen(port, () => console.log(`Listening on port ${port}`));

process.on("SIGTERM", () => server.close(() => process.exit(0)));
