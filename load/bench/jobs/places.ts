import { PostgresServer, postgresPrograms } from "../../../test/support/postgres.ts";
import { type Server, startService } from "../servers.ts";

/** The service with one kind of storage. Those who watch may do so at another process than the one that is asked. */
export interface Place extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly watchedAt: string;
}

/** One process with its files, and where PostgreSQL is installed two on a database of their own. All train so many jobs at once. */
export async function startPlaces(trainers: number): Promise<Place[]> {
  const environment = { TRAINERS: String(trainers), MAX_QUEUED_JOBS_PER_CLIENT: "10000" };
  const alone = await startService(18_082, environment);
  const places = [placeOf("embedded", [alone])];
  if (postgresPrograms !== null) {
    const database = await PostgresServer.start({ durable: true });
    const shared = { ...environment, DATABASE_URL: await database.createDatabase() };
    const first = await startService(18_083, shared);
    const second = await startService(18_084, { ...shared, ROLE: "api" });
    places.push(placeOf("PostgreSQL", [first, second], database));
  }
  return places;
}

function placeOf(name: string, servers: readonly Server[], database?: AsyncDisposable): Place {
  return {
    name,
    address: servers[0].address,
    watchedAt: servers[servers.length - 1].address,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    },
  };
}
