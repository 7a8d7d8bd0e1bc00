import { finished } from "node:stream";
import fp from "fastify-plugin";

/** So many bytes are waited for at the most; whoever sends more may see its connection break. */
const mostBytes = 2 ** 28;

/** Who has sent nothing for so many milliseconds waits for the answer, and is given it. */
const pauseMs = 500;

/**
 * A refusal may be known before the body has come. Where the connection ends with the answer, closing it while the client still sends would
 * have it see a broken pipe and no answer: so what still comes is read and forgotten, and answered then. How long that may take is bounded
 * as for every request.
 */
export const unsentBodies = fp(
  async (app) => {
    app.addHook("onSend", ({ raw }, reply, _payload, done) => {
      const hasBody = raw.headers["content-length"] !== undefined || raw.headers["transfer-encoding"] !== undefined;
      if (reply.statusCode < 400 || !hasBody || raw.complete || raw.destroyed || reply.raw.shouldKeepAlive) return done();
      let bytes = 0;
      const count = (chunk: Buffer): void => {
        bytes += chunk.length;
        pausing.refresh();
        if (bytes > mostBytes) settle();
      };
      const settle = (): void => {
        clearTimeout(pausing);
        raw.off("data", count);
        stopWaiting();
        done();
      };
      const pausing = setTimeout(() => settle(), pauseMs);
      const stopWaiting = finished(raw, { writable: false }, settle);
      raw.on("data", count).resume();
    });
  },
  { name: "unsent-bodies" },
);
