import { z } from "zod";
import { MistakeName } from "../mistakes/catalogue.ts";
import { Name, TensorOutput } from "../../request/values.ts";

const KnownMistake = z
  .object({
    mistake: MistakeName,
    name: z.string().meta({ description: "The node at which it is made, or the value whose gradient it spoils", examples: ["b"] }),
  })
  .meta({ id: "KnownMistake", description: "A mistake at a place of the program", examples: [{ mistake: "wrong_sign", name: "b" }] });
export type KnownMistake = z.output<typeof KnownMistake>;

export const ProbeResponse = z
  .object({
    inputs: z
      .record(Name, TensorOutput)
      .meta({ description: "The inputs, those that were given included", examples: [{ a: 0.9, b: -0.6 }] }),
    parameters: z
      .record(Name, TensorOutput)
      .optional()
      .meta({ description: "A network's parameters", examples: [{ "0.bias": [0.7] }] }),
    cotangent: TensorOutput.optional().meta({
      description: "What is to flow into the objective, where it is not a scalar",
      examples: [[0.8, -1.2]],
    }),
    away_from_kinks: z.boolean().meta({ description: "Whether no kink lies close to these inputs", examples: [true] }),
    told_apart: z.array(KnownMistake).meta({ description: "Mistakes that give numbers of their own at these inputs" }),
    indistinguishable: z
      .array(z.array(KnownMistake))
      .meta({ description: "Groups of mistakes that give the same numbers at these inputs, and at most others too" }),
    unseen: z.array(KnownMistake).meta({ description: "Mistakes that change nothing of what is submitted at these inputs" }),
  })
  .meta({ id: "ProbeResponse", description: "Inputs at which mistakes differ, and how far they do" });
export type ProbeResponse = z.output<typeof ProbeResponse>;
