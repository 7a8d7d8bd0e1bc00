# What both stages stand on. With its digest it is the same wherever and whenever it is built: see docs/operating.md.
ARG NODE_IMAGE=node:24-slim

# The dev dependencies may be needed to build, and the sources to build from; only what runs is copied on.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY src src
# What V8 keeps of the command is for the Node of the image.
RUN npm ci && npm prune --omit=dev --ignore-scripts && node src/doors/command/prepare.cjs

FROM ${NODE_IMAGE}
WORKDIR /app
ENV PORT=8080 DATA_DIR=/data
# The C library keeps what is freed, up to large pieces for each thread, unless told not to.
ENV MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_ARENA_MAX=2
# A volume takes its owner from the folder that it is mounted over.
RUN install --directory --owner=node --group=node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/src src
RUN ln --symbolic /app/src/adjoint /usr/local/bin/adjoint
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "--eval", "process.exit((await fetch(`http://127.0.0.1:${process.env.PORT}/readyz`)).ok ? 0 : 1)"]
# Not npm start: signals must reach the service itself.
CMD ["node", "src/main.ts"]
