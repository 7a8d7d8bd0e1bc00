import { z } from "zod";
import { chargedFile } from "../files.ts";
import { decodeAssignment } from "../assignment.ts";
import { Encoding } from "../../request/values.ts";
import { defineTask, nothing } from "../../tasks/define.ts";
import { record } from "../../tasks/outline.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { slices } from "../rows.ts";
import { Setup } from "../setup.ts";
import { decodeWeights } from "../weights.ts";
import { readDatasets } from "./submit.ts";

/**
 * GET /v1/jobs/{id}/program: what a job trains, as a request that evaluates, differentiates or draws it: the program with the job's weights and
 * with the first rows of its data, as they are fed.
 */
export const readProgram = defineTask({
  name: "readProgram",
  /** Where the job's files lie, how many rows are wanted, and what is told beside. */
  parameters: z.strictObject({
    assignment: z.string(),
    datasets: z.record(z.string(), z.string()),
    weights: z.string(),
    rows: z.int(),
    encoding: Encoding,
    told: z.record(z.string(), z.string()),
  }),
  body: nothing,
  prepare:
    ({ limits, compiler }) =>
    (_body, { parameters: { assignment, datasets, weights: path, rows, encoding, told } }) => {
      const { spec, given } = decodeAssignment(chargedFile(assignment));
      const { training, fixed } = new Setup({ spec, given }, { limits, compiler, datasets: readDatasets(datasets) });
      const { weights } = decodeWeights(chargedFile(path));
      const fed = [...slices(training.tensors, 0, Math.min(rows, training.count)), ...fixed];
      const isNetwork = spec.program.kind === "network";
      const inputs = isNetwork ? fed : [...weights, ...fed];
      return {
        content: {
          kind: "document",
          encoding,
          compose: (write) => {
            const written = (tensors: Iterable<readonly [string, Tensor]>) =>
              record([...tensors].map(([name, tensor]) => [name, write(tensor)] as const));
            return {
              ...told,
              request: {
                [spec.program.kind]: spec.program.source,
                ...(isNetwork && { parameters: written(weights) }),
                inputs: written(inputs),
                ...(spec.loss !== undefined && { of: spec.loss }),
                seed: spec.seed,
              },
            };
          },
        },
        facts: null,
      };
    },
});
