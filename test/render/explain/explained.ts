import "../../../src/ops/catalogue.ts";
import { gradients } from "../../../src/compute/gradients.ts";
import { explain } from "../../../src/render/explain/task.ts";
import { ExplainResponse } from "../../../src/render/explain/response.ts";
import { performed } from "../../support/tasks.ts";

interface Told {
  readonly language?: "en" | "zh";
  readonly format?: "json" | "markdown" | "html";
}

const perform = performed(explain);
const differentiated = performed(gradients);

/** The answer to a request, as text. */
export const toldAs = (request: object, { language = "en", format = "json" }: Told = {}): string =>
  Buffer.from(perform(request, { language, format }).body).toString();

/** An explanation, which fits its schema. */
export const explained = (request: object): ExplainResponse => ExplainResponse.parse(JSON.parse(toldAs(request)));

/** The gradients of the same request. */
export function gradientsOf(request: object): Readonly<Record<string, number>> {
  const { body } = differentiated({ ...request, return: ["gradients"] }, {});
  return (JSON.parse(Buffer.from(body).toString()) as { gradients: Record<string, number> }).gradients;
}
