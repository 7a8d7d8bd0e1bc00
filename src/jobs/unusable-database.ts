/** What keeps the service from its database when it starts, in words that name the server and what is to be done, and never the password. */

/** Nothing can be kept in the database. */
export class DatabaseUnusable extends Error {
  override readonly name = "DatabaseUnusable";
}

/** The oldest version of PostgreSQL that has all that the tables and the queue ask for. */
export const oldestServer = 13;

interface Address {
  /** Host and port, or the folder of a socket. */
  readonly server: string;
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

/** Sentences by the codes of Node and of PostgreSQL. */
const sentences: Readonly<Record<string, (address: Address) => string>> = {
  ECONNREFUSED: ({ server }) => `Nothing listens at ${server}: PostgreSQL is not running there, or listens at another port or address`,
  ENOTFOUND: ({ host }) => `There is no host of the name ${host}`,
  EAI_AGAIN: ({ host }) => `The host ${host} cannot be looked up at the moment`,
  ENOENT: ({ server }) => `There is no socket in ${server}: PostgreSQL is not running there`,
  EHOSTUNREACH: ({ server }) => `There is no way to ${server}`,
  ENETUNREACH: ({ server }) => `There is no way to ${server}`,
  ECONNRESET: ({ server }) => `What listens at ${server} closes the connection: it may not be PostgreSQL`,
  ETIMEDOUT: ({ server }) => `${server} did not answer in time`,
  "28P01": ({ server, user }) => `PostgreSQL at ${server} does not take this password of the user ${user}`,
  "28000": ({ server, user, database }) =>
    `PostgreSQL at ${server} does not let the user ${user} in to the database ${database} from here: there is no such user, or its pg_hba.conf does not say so, or asks for TLS, with ?sslmode=verify-full in DATABASE_URL`,
  "3D000": ({ server, database }) => `PostgreSQL at ${server} has no database ${database}: create it first`,
  "42501": ({ server, user, database }) =>
    `The user ${user} may not make tables in the database ${database} of ${server}: grant it create on both the database and its schema public`,
  "53300": ({ server }) => `PostgreSQL at ${server} has no connection left`,
  "57P03": ({ server }) => `PostgreSQL at ${server} is still starting, or stopping`,
};

/** Sentences by what the driver says, for what has no code. */
const byMessage: readonly (readonly [RegExp, (address: Address) => string])[] = [
  [/timeout|timed out/i, ({ server }) => `${server} did not answer in time`],
  [/does not support SSL/i, ({ server }) => `PostgreSQL at ${server} does not speak TLS: leave sslmode out of DATABASE_URL`],
  [
    /certificate|self.signed/i,
    ({ server }) => `The certificate of ${server} is not trusted: name that of its authority with sslrootcert in DATABASE_URL`,
  ],
  [
    /password must be a (?:non-empty )?string/i,
    ({ server, user }) =>
      `PostgreSQL at ${server} asks for a password of the user ${user}, and there is none in DATABASE_URL or PGPASSWORD`,
  ],
  [
    /Connection terminated|Connection ended|expected.*(?:message|response)|unrecognized/i,
    ({ server }) => `What listens at ${server} closes the connection: it may not be PostgreSQL`,
  ],
];

/** An error of a database at a URL in words; what is none of the connection's stays as it is. */
export function inWords(url: string, error: unknown): unknown {
  const address = addressOf(url);
  for (let at = error; at instanceof Error && !(at instanceof DatabaseUnusable); at = at.cause) {
    const code = "code" in at ? String(at.code) : "";
    const { message } = at;
    const sentence = Object.hasOwn(sentences, code) ? sentences[code] : byMessage.find(([pattern]) => pattern.test(message))?.[1];
    if (sentence !== undefined) return new DatabaseUnusable(`${sentence(address)}.`, { cause: error });
  }
  return error;
}

function addressOf(url: string): Address {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const host = decodeURIComponent(searchParams.get("host") ?? hostname) || "localhost";
  const user = decodeURIComponent(searchParams.get("user") ?? username) || "of this process";
  const server = host.startsWith("/") ? host : `${host}:${searchParams.get("port") ?? (port || "5432")}`;
  return { host, server, user, database: decodeURIComponent(pathname.slice(1)) || user };
}
