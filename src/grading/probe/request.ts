import { z } from "zod";
import { exactlyOne, oneOfRequired, programMembers } from "../../program/source.ts";
import { runMembers } from "../../compute/requests.ts";
import { boundOfNames, bounds } from "../../request/bounds.ts";
import { DTypeName, Name, TensorInput } from "../../request/values.ts";

const programNames = Object.keys(programMembers);

const ProbedInput = z
  .strictObject({
    shape: z
      .array(z.int().min(0))
      .optional()
      .meta({
        description: "Sizes of the axes; [] is a scalar. Left out, those that the program declares, or a scalar",
        examples: [[6, 4]],
      }),
    between: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low <= high, "The first bound is above the second")
      .optional()
      .meta({
        description: "Bounds of the numbers. Left out, numbers of both signs and not near 0, or indices within their range",
        examples: [[0.5, 2]],
      }),
    one_hot: z
      .boolean()
      .default(false)
      .meta({ description: "Rows along the last axis that are 1 in one place and 0 elsewhere, as targets are", examples: [true] }),
    dtype: DTypeName.optional().meta({ description: "The element type; that which the input's use demands unless told" }),
  })
  .meta({ id: "ProbedInput", description: "What a probed input is like", examples: [{ shape: [6, 4] }, { shape: [6, 3], one_hot: true }] });
export type ProbedInput = z.output<typeof ProbedInput>;

const names = z.array(Name).optional();

const ProbedItems = z
  .strictObject({
    outputs: names.meta({ description: "Outputs that will be submitted", examples: [["loss"]] }),
    nodes: names.meta({ description: "Values of nodes that will be submitted", examples: [["h"]] }),
    gradients: names.meta({ description: "Gradients that will be submitted, by the names of the values", examples: [["W", "b"]] }),
  })
  .meta({ id: "ProbedItems", description: "What submissions will hold", examples: [{ gradients: ["W", "b"] }] });

export const ProbeRequest = z
  .strictObject({
    ...programMembers,
    inputs: runMembers.inputs.meta({ description: "Inputs that are given and stay as they are, by name", examples: [{ lambda: 0.1 }] }),
    parameters: runMembers.parameters.meta({
      description: "Parameters of a network that are given and stay as they are, by name",
      examples: [{ "0.bias": [0.5] }],
    }),
    seed: runMembers.seed,
    generate: z
      .record(Name, ProbedInput)
      .default({})
      .register(bounds, boundOfNames)
      .meta({
        description:
          "What the other inputs are like, by name. An input that is not named has the shape that the program declares, else it is a scalar; a network's target is fitted to its loss",
        examples: [{ x: { shape: [6, 4] }, y: { shape: [6, 3], one_hot: true } }],
      }),
    of: Name.optional().meta({
      description: "The value whose gradients will be claimed. Left out, it is the only output, or a network's loss",
      examples: ["loss"],
    }),
    cotangent: TensorInput.optional().meta({
      description: "What flows backward into `of`. Left out, it is drawn where `of` is not a scalar",
      examples: [[1, 0, 0]],
    }),
    items: ProbedItems.optional().meta({
      description: "What submissions will hold. Left out, the outputs and the gradients of all floating inputs and parameters",
    }),
    ties: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Draw numbers from a few levels, so that elements tie: only there does pool_ties_all show. Implementations that are right may differ at ties",
        examples: [true],
      }),
    encoding: runMembers.encoding,
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "ProbeRequest",
    description: "A program for which inputs are wanted that tell mistakes apart",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "e = (a+b)*(b+1)" }],
  });
export type ProbeRequest = z.output<typeof ProbeRequest>;
