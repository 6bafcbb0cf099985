FROM zipp/node:22-build AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1 NEXT_PRIVATE_STANDALONE=1
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY . .
RUN --mount=type=cache,target=/app/.next/cache npm run build

FROM zipp/node:22-slim
WORKDIR /app
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
COPY --from=build --chown=65534:65534 /app/.next/standalone ./
COPY --from=build --chown=65534:65534 /app/.next/static ./.next/static
USER 65534:65534
CMD ["node", "server.js"]
