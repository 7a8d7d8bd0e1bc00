import type { FastifyInstance } from "fastify";

/** The service cannot listen where it is told to: the message says what would help. */
export class CannotListen extends Error {}

const causes: Readonly<Record<string, string>> = {
  EADDRINUSE: "something else listens there already; stop that, or set another PORT",
  EACCES: "the user that runs it may not; set another PORT, such as one above 1023",
  EADDRNOTAVAIL: "HOST is no address of this machine",
  ENOTFOUND: "nobody knows HOST",
  EAI_AGAIN: "nobody could be asked for the address of HOST",
};

/** Listens, or throws CannotListen. */
export async function listen(app: Pick<FastifyInstance, "listen">, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const cause = causes[String((error as NodeJS.ErrnoException).code)];
    if (cause === undefined) throw error;
    throw new CannotListen(`The service cannot listen on ${host}, port ${port}: ${cause}.`, { cause: error });
  }
}
