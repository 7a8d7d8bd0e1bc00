import { buildApp } from "../src/http/app.ts";
import type { Storage } from "../src/jobs/contract.ts";

/** Routes are only described here and never called. */
const unused = (): never => {
  throw new Error("There is nothing behind the document");
};

/** The contract as the service gives it at /openapi.json, in lines that compare well. */
export async function documentText(): Promise<string> {
  const storage = {} as Storage;
  await using app = await buildApp({ pool: { run: unused, stats: unused, isReady: false }, jobs: { storage } });
  return `${JSON.stringify(app.swagger(), null, 2)}\n`;
}
