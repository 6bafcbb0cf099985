FROM zipp/node:22-build AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM zipp/static:1
COPY --from=build /app/dist /srv/site
