import { z } from "zod";
import { exactlyOne, oneOfRequired, programMembers, sourceMembers } from "../program/source.ts";
import { boundOfNames, boundOfPoints, bounds } from "../request/bounds.ts";
import { Encoding, Name, TensorInput, TensorInputs } from "../request/values.ts";

const programNames = Object.keys(programMembers);
const sourceNames = Object.keys(sourceMembers);

/** What all requests that run a program have in common. */
export const runMembers = {
  ...programMembers,
  inputs: TensorInputs.default({})
    .register(bounds, boundOfNames)
    .meta({
      description: "A tensor for each input of the program, by name",
      examples: [{ x: 1, y: [2, 3] }],
    }),
  parameters: TensorInputs.optional()
    .register(bounds, boundOfNames)
    .meta({
      description:
        "The parameters of a network, by name: all of them, or none to have them drawn from `seed`. Running statistics may be left out",
      examples: [{ "0.weight": [[0.5, -0.25]], "0.bias": [0] }],
    }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: "Seed of everything that is random: initial parameters and dropout", examples: [42] }),
  encoding: Encoding,
};

const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

const selection = <const Parts extends readonly [string, ...string[]]>(parts: Parts, fallback: Parts[number][], description: string) =>
  z
    .array(z.enum(parts))
    .refine(distinct, "The same part is named twice")
    .default(fallback)
    .register(bounds, boundOfNames)
    .meta({ description, examples: [fallback] });

export const EvaluateRequest = z
  .strictObject({
    ...runMembers,
    return: selection(["outputs", "nodes"], ["outputs"], "Parts of the answer: the outputs, and the value of every node"),
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "EvaluateRequest",
    description: "A program and its inputs, to be run forward",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "1/(1+exp(-x))", inputs: { x: 1 }, return: ["outputs", "nodes"] }],
  });
export type EvaluateRequest = z.output<typeof EvaluateRequest>;

/** What a request asks of the gradients that it wants. */
export const questionMembers = {
  of: Name.optional().meta({
    description: "The value to differentiate. Left out, it is the only output, or a network's loss",
    examples: ["z"],
  }),
  wrt: z
    .array(Name)
    .min(1)
    .refine(distinct, "The same name is given twice")
    .optional()
    .register(bounds, boundOfNames)
    .meta({
      description: "The values to differentiate with respect to. Left out, they are all floating inputs and parameters",
      examples: [["x", "y"]],
    }),
  cotangent: TensorInput.optional().meta({
    description: "What flows backward into `of`, in its shape. Needed when `of` is not a scalar; 1 when it is",
    examples: [[1, 0, 0]],
  }),
};

export const gradientParts = ["outputs", "gradients", "nodes", "edges"] as const;

export const GradientsRequest = z
  .strictObject({
    ...runMembers,
    ...questionMembers,
    return: selection(
      gradientParts,
      [...gradientParts],
      "Parts of the answer: the outputs, the gradients of `wrt`, every node with value and gradient, every edge with its gradient",
    ),
    points: z
      .array(TensorInputs)
      .min(1)
      .optional()
      .register(bounds, boundOfPoints)
      .meta({
        description:
          "Many points of one program: tensors for its inputs at each. What all points share may stand in `inputs`. The answer then has `points`, one entry each. A service may set a limit to them, which is 10000 by default",
        examples: [[{ x: 0 }, { x: 0.5 }, { x: 1 }]],
      }),
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "GradientsRequest",
    description: "A program and its inputs, to be run forward and backward",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } }],
  });
export type GradientsRequest = z.output<typeof GradientsRequest>;

export const GraphsRequest = z
  .strictObject(sourceMembers)
  .superRefine(exactlyOne(sourceNames))
  .meta({
    id: "GraphsRequest",
    description: "A program to register, without tensors for its inputs",
    oneOf: oneOfRequired(sourceNames),
    examples: [{ expression: "z = (x + y)^2" }],
  });
export type GraphsRequest = z.output<typeof GraphsRequest>;
