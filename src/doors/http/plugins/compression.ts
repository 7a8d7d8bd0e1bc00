import { finished } from "node:stream";
import { constants, createZstdDecompress } from "node:zlib";
import compress from "@fastify/compress";
import type { onSendHookHandler } from "fastify";
import fp from "fastify-plugin";

/** Answers shorter than this, in bytes, go as they are: compressing them costs more than sending them. */
const worthwhile = 16 * 1024;

/** So many answers are compressed at once, each with a megabyte or two until it is read: further ones go as they are. */
const mostAtOnce = 16;

/** How far back a body may refer, as the logarithm of bytes: 8 MB, which RFC 9659 has everybody take and nobody exceed. */
const zstdWindow = 23;
const zlib = { createZstdDecompress: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindow } }) };

/** What it takes to unpack a body beside the body itself, in bytes, by its Content-Encoding: mostly what it may refer back to. */
export const decoderBytes: ReadonlyMap<string, number> = new Map([
  ["gzip", 2 ** 17],
  ["deflate", 2 ** 17],
  ["br", 2 ** 24 + 2 ** 20],
  ["zstd", 2 ** zstdWindow + 2 ** 20],
]);

/** Compresses long answers, and takes compressed requests, in the threads that Node keeps for it. */
export const compression = fp(
  async (app) => {
    await app.register(compress, { threshold: worthwhile, encodings: ["zstd", "gzip"], zlibOptions: { level: 1 }, zlib });
    let underWay = 0;
    /** Asks the length first: what else the hook asks is most of what it costs. */
    const within = (hook: onSendHookHandler): onSendHookHandler =>
      function (request, reply, payload, done) {
        if (typeof payload === "string" && payload.length < worthwhile) return done(null, payload);
        if (request.headers["accept-encoding"] !== undefined) {
          if (underWay >= mostAtOnce) return done(null, payload);
          underWay++;
          finished(reply.raw, () => underWay--);
        }
        return hook.call(this, request, reply, payload, done);
      };
    // The plugin has given the route its hook by now.
    app.addHook("onRoute", (route) => {
      route.onSend = [route.onSend ?? []].flat().map(within);
    });
  },
  { name: "compression" },
);
