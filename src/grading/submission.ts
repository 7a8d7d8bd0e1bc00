import { z } from "zod";
import { defaultLimits } from "../request/limits.ts";
import { Name, TensorInput, TensorInputs } from "../request/values.ts";

const edgePlace = {
  from: Name.nullable()
    .optional()
    .meta({
      description: "The value that is consumed; null for a literal. May be left out where `input` says which it is",
      examples: ["b"],
    }),
  to: Name.meta({ description: "The name of the consuming node", examples: ["add_1"] }),
  input: z
    .int()
    .min(0)
    .optional()
    .meta({ description: "Which of the node's inputs it is, from 0. May be left out where `from` says it", examples: [1] }),
};

const EdgeClaim = z
  .strictObject({ ...edgePlace, gradient: TensorInput.meta({ description: "What is claimed to flow back along the edge", examples: [2] }) })
  .meta({ description: "The gradient that someone claims for an edge", examples: [{ from: "b", to: "add_1", gradient: 2 }] });

const claims = {
  outputs: TensorInputs.optional().meta({ description: "Claimed outputs of the program, by name", examples: [{ e: 6 }] }),
  nodes: TensorInputs.optional().meta({ description: "Claimed values of nodes, by name", examples: [{ add_1: 3 }] }),
  gradients: TensorInputs.optional().meta({
    description: "Claimed gradients of the objective with respect to inputs, parameters or any named values, by name",
    examples: [{ a: 2, b: 3 }],
  }),
  edges: z.array(EdgeClaim).optional().meta({ description: "Claimed gradients of edges, before the sum at a fan-out" }),
};

const Claims = z
  .strictObject(claims)
  .meta({ description: "Tensors that someone has computed by hand, at one point", examples: [{ gradients: { a: 2, b: 3 } }] });

/** What a submission should look like. One that looks otherwise is judged as well: `readSubmission` makes what it can of it. */
const WellFormed = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: "A name for the submission, returned with its verdict", examples: ["student-17"] }),
  ...claims,
  points: z
    .array(Claims)
    .min(1)
    .max(defaultLimits.points)
    .optional()
    .meta({ description: "Claims at each of the request's `points`, in their order, in place of the other members" }),
});

// What it refers to by name is defined once, by the whole contract.
const { $schema: _, $defs: _shared, ...wellFormed } = z.toJSONSchema(WellFormed, { io: "input" });

export const Submission = z.unknown().meta({
  id: "Submission",
  description:
    "What one person claims: outputs, node values, gradients and edge gradients, any of them. Lists are taken as NumPy's tolist() writes them. A text is read as the JSON that it holds. Whatever else stands here is no fault of the request: it gets a verdict that says what is wrong with it",
  anyOf: [wellFormed, { description: "Anything: a submission is judged as it is" }],
  examples: [{ gradients: { a: 2, b: 3 } }],
});

const Worths = z.record(Name, z.number().min(0, "An item is worth 0 points or more")).optional();

export const Worth = z
  .strictObject({
    outputs: Worths.meta({ description: "Points for outputs, by name", examples: [{ loss: 1 }] }),
    nodes: Worths.meta({ description: "Points for values of nodes, by name", examples: [{ h: 1 }] }),
    gradients: Worths.meta({ description: "Points for gradients, by name", examples: [{ W: 3, b: 1 }] }),
    edges: z
      .array(
        z.strictObject({
          ...edgePlace,
          points: z
            .number()
            .min(0, "An item is worth 0 points or more")
            .meta({ description: "Points for this edge", examples: [1] }),
        }),
      )
      .optional()
      .meta({ description: "Points for edge gradients", examples: [[{ from: "b", to: "add_1", points: 1 }]] }),
  })
  .meta({
    id: "Worth",
    description: "How many points each item is worth, at every point of the request",
    examples: [{ gradients: { W: 3, b: 1 } }],
  });
export type Worth = z.output<typeof Worth>;
