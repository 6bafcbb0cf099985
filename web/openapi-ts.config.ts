import { defineConfig } from "@hey-api/openapi-ts";

/** `npm run client` writes src/client from the API's own description (docs/reference/openapi.json, by `make docs`). */
export default defineConfig({
  input: "../docs/reference/openapi.json",
  output: { path: "src/client" },
  plugins: [
    { name: "@hey-api/client-fetch", throwOnError: true },
    "@hey-api/typescript",
    { name: "@hey-api/sdk", responseStyle: "data", auth: false },
  ],
});
