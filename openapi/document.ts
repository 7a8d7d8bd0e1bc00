import { buildApp } from "../src/doors/http/app.ts";
import { RegisteredGraphs } from "../src/jobs/registered-graphs.ts";
import type { Storage } from "../src/jobs/contract.ts";

/** Routes are only described here and never called. */
const unused = (): never => {
  throw new Error("There is nothing behind the document");
};

const storage = {} as Storage;

/** What a service need not have, so that the routes of all parts are described. */
export const optionalParts = Object.freeze({
  jobs: { storage },
  graphs: new RegisteredGraphs(""),
  datasets: { blobs: storage.blobs, datasets: storage.datasets, uploadsFolder: "", maxDatasetBytes: 0 },
});

/** The contract as the service gives it at /openapi.json, in lines that compare well. */
export async function documentText(): Promise<string> {
  await using app = await buildApp({ pool: { run: unused, stats: unused, isReady: false }, ...optionalParts });
  return `${JSON.stringify(app.swagger(), null, 2)}\n`;
}
