import cors from "@fastify/cors";
import fp from "fastify-plugin";

/** Lets the pages of the given origins call the service from a browser; "*" stands for all origins. Without origins it does nothing. */
export const crossOrigin = fp<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    if (origins.length === 0) return;
    await app.register(cors, {
      origin: origins.includes("*") ? "*" : [...origins],
      methods: ["GET", "HEAD", "POST", "DELETE"],
      exposedHeaders: ["x-request-id", "retry-after", "allow", "etag", "location", "preference-applied", "idempotency-replayed"],
      // An OPTIONS request that is not a preflight is answered like one, and not refused.
      strictPreflight: false,
      maxAge: 600,
    });
  },
  { name: "cross-origin" },
);
