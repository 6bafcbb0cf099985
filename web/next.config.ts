import type { NextConfig } from "next";

const shared: NextConfig = {
  trailingSlash: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  // Dialogs lock the page by a style of the size of its scroll bar, which no policy can name: globals.css does it.
  turbopack: { resolveAlias: { "react-style-singleton": "./src/lib/style-singleton.ts" } },
};

/** A static export: the platform serves `out/`; no Node process runs in production. */
const production: NextConfig = { ...shared, output: "export" };

/** `next dev` has a server of its own, which passes the API on. */
const api = process.env.ZIPP_API ?? "http://127.0.0.1:8000";
const development: NextConfig = {
  ...shared,
  rewrites: async () => [{ source: "/api/:path*", destination: `${api}/api/:path*` }],
};

export default process.env.NODE_ENV === "development" ? development : production;
