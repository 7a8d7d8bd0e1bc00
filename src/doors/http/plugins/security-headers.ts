import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import fastify from "fastify";
import fp from "fastify-plugin";

declare module "fastify" {
  interface FastifyInstance {
    /** What is on every answer. */
    securityHeaders: Readonly<Record<string, string>>;
  }
}

/** Answers are data: nothing in them may run, load or be framed. */
const strict: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  frameguard: { action: "deny" },
  // What follows matters to pages only, or to browsers that are no longer in use.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  dnsPrefetchControl: false,
  ieNoOpen: false,
  permittedCrossDomainPolicies: false,
  xssFilter: false,
  hidePoweredBy: false,
  // It is for who ends TLS to say that there must be TLS.
  strictTransportSecurity: false,
  // Whose pages may read the answers is for CORS to say.
  crossOriginResourcePolicy: { policy: "cross-origin" },
};

/**
 * Helmet's headers on every answer. Helmet works them out anew for each request, so it is asked once, by a request to a server of
 * its own, and its answer is kept.
 */
export const securityHeaders = fp(
  async (app) => {
    app.decorate("securityHeaders", await headersOf(strict));
    const headers = Object.entries(app.securityHeaders);
    app.addHook("onRequest", (_request, reply, done) => {
      for (const [name, value] of headers) reply.header(name, value);
      done();
    });
  },
  { name: "security-headers" },
);

async function headersOf(options: FastifyHelmetOptions): Promise<Record<string, string>> {
  await using plain = fastify().get("/", (_request, reply) => reply.send());
  await using helmeted = fastify();
  await helmeted.register(helmet, options);
  helmeted.get("/", (_request, reply) => reply.send());
  const { headers: without } = await plain.inject("/");
  const { headers } = await helmeted.inject("/");
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (name in without ? [] : [[name, String(value)]])));
}
