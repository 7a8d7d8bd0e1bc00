import type { Socket } from "node:net";
import fp from "fastify-plugin";

declare module "fastify" {
  interface FastifyInstance {
    /** Whether the service has been asked to stop, and only answers what is under way. */
    isDraining: () => boolean;
    /** Aborted when the service has been asked to stop: answers that wait for something, or go on as long as something does, end. */
    stopping: AbortSignal;
  }
}

/** While the service stops, every answer is the last one on its connection, and connections on which nothing ever came are closed. */
export const draining = fp(
  async (app) => {
    const stop = new AbortController();
    app.decorate("isDraining", () => stop.signal.aborted);
    app.decorate("stopping", stop.signal);

    // Node closes the connections that wait for a further request, and takes those that wait for their first one for busy.
    const connections = new Set<Socket>();
    app.server.on("connection", (socket: Socket) => {
      connections.add(socket);
      socket.once("close", () => connections.delete(socket));
    });
    app.addHook("preClose", (done) => {
      stop.abort();
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      done();
    });
    app.addHook("onSend", (_request, reply, _payload, done) => {
      if (stop.signal.aborted) reply.header("connection", "close");
      done();
    });
    // An answer that had begun before, such as a stream, has promised to keep its connection.
    app.addHook("onResponse", ({ raw }, reply, done) => {
      if (stop.signal.aborted && reply.getHeader("connection") !== "close") raw.socket.destroySoon();
      done();
    });
  },
  { name: "draining" },
);
