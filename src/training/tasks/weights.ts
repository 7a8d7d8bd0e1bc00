import type { Handler, Context } from "../../tasks/context.ts";
import { readFileSync } from "node:fs";
import { answer, record } from "../../tasks/answer.ts";
import { encodeTensor } from "../../request/encode.ts";
import type { Encoding } from "../../request/values.ts";
import { decodeWeights } from "../weights.ts";

/** What the event loop asks for: a file of weights, how to write them, and what the answer says of them before. */
export interface WeightsTask {
  readonly path: string;
  readonly encoding: Encoding;
  readonly told: Readonly<Record<string, string>>;
}

/** GET /v1/jobs/{id}/weights as JSON. */
export function weightsTask({ limits }: Context): Handler {
  return (body) => {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    const { path, encoding, told } = JSON.parse(text) as WeightsTask;
    const { weights } = decodeWeights(readFileSync(path));
    return answer(
      { ...told, parameters: record([...weights].map(([name, tensor]) => [name, encodeTensor(tensor, encoding)] as const)) },
      limits,
    );
  };
}
