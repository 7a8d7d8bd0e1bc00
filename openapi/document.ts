import { buildApp } from "../src/http/app.ts";

/** Routes are only described here and never called. */
const unused = (): never => {
  throw new Error("There is no pool behind the document");
};

/** The contract as the service gives it at /openapi.json, in lines that compare well. */
export async function documentText(): Promise<string> {
  await using app = await buildApp({ pool: { run: unused, stats: unused, isReady: false } });
  return `${JSON.stringify(app.swagger(), null, 2)}\n`;
}
