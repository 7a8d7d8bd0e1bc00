import { z } from "zod";
import { chargedFile } from "../files.ts";
import { Encoding } from "../../request/values.ts";
import { defineTask, nothing } from "../../tasks/define.ts";
import { record } from "../../tasks/outline.ts";
import { decodeWeights } from "../weights.ts";

/** GET /v1/jobs/{id}/weights as named tensors: a file of weights, after what the answer says of them. */
export const readWeights = defineTask({
  name: "readWeights",
  parameters: z.strictObject({ path: z.string(), encoding: Encoding, told: z.record(z.string(), z.string()) }),
  body: nothing,
  prepare:
    () =>
    (_body, { parameters: { path, encoding, told } }) => {
      const { weights } = decodeWeights(chargedFile(path));
      return {
        content: {
          kind: "document",
          encoding,
          compose: (write) => ({ ...told, parameters: record([...weights].map(([name, tensor]) => [name, write(tensor)] as const)) }),
        },
        facts: null,
      };
    },
});
