import compress from "@fastify/compress";
import fp from "fastify-plugin";

/** Answers shorter than this, in bytes, go as they are: compressing them costs more than sending them. */
const worthwhile = 16 * 1024;

/** Compresses long answers, and takes compressed requests, in the threads that Node keeps for it. */
export const compression = fp(
  async (app) => {
    await app.register(compress, { threshold: worthwhile, encodings: ["zstd", "gzip"], zlibOptions: { level: 1 } });
  },
  { name: "compression" },
);
