import { z } from "zod";
import { GraphSource } from "../program/graph/source.ts";
import { NetworkSource } from "../program/network/source.ts";
import { GraphId } from "../program/source.ts";
import { DTypeName, Name, TensorOutput } from "../request/values.ts";
import { ProgramWarnings } from "./crossing-warnings.ts";

const TensorOutputs = z.record(Name, TensorOutput);
const outputs = TensorOutputs.optional().meta({ description: "The program's outputs, by name", examples: [{ z: 9 }] });
const value = TensorOutput.meta({ description: "What the forward pass gave here", examples: [3] });
const gradient = TensorOutput.nullable().meta({
  description: "The derivative of the objective with respect to this value, summed over its edges; null where none flows back",
  examples: [6],
});
const op = z
  .string()
  .optional()
  .meta({ description: "The operator that produced the value; left out for inputs, parameters and constants", examples: ["Add"] });

export const NonFinite = z
  .object({
    node: Name.meta({ description: "The name of the value that first held a NaN or an infinity", examples: ["log_1"] }),
    pass: z.enum(["forward", "backward"]).meta({ description: "On the way forward or backward", examples: ["forward"] }),
  })
  .meta({ id: "NonFinite", description: "Where a NaN or an infinity first appeared" });
const nonfinite = NonFinite.optional().meta({
  description: "Where a NaN or an infinity first appeared that the inputs did not hold; left out when there is none",
});

const nodeValue = { name: Name.meta({ description: "The name of the value", examples: ["t"] }), op, value };
const NodeValue = z.object(nodeValue).meta({ id: "NodeValue", description: "A named value" });
const NodeGradient = z.object({ ...nodeValue, gradient }).meta({ id: "NodeGradient", description: "A named value and its gradient" });

const EdgeGradient = z
  .object({
    from: Name.nullable().meta({ description: "The value that is consumed; null for a literal", examples: ["x"] }),
    to: Name.meta({ description: "The name of the consuming node", examples: ["t"] }),
    input: z
      .int()
      .min(0)
      .meta({ description: "Which of the node's inputs it is, from 0", examples: [0] }),
    value,
    local: TensorOutput.optional().meta({
      description:
        "The derivative of the node's output with respect to this input alone, where it has the edge's shape: for scalars and elementwise operators",
      examples: [1],
    }),
    gradient: TensorOutput.nullable().meta({
      description: "What flows back along this edge, before it is summed with others; null where nothing does",
      examples: [6],
    }),
  })
  .meta({ id: "EdgeGradient", description: "A consumption of a value, and the gradient that flows back along it" });

export const EvaluateResponse = z
  .object({
    outputs,
    nodes: z.array(NodeValue).optional().meta({ description: "Every named value in forward order, inputs included" }),
    warnings: ProgramWarnings,
    nonfinite,
  })
  .meta({ id: "EvaluateResponse", description: "The result of running a program forward" });
export type EvaluateResponse = z.output<typeof EvaluateResponse>;

const pointResult = {
  outputs,
  gradients: z
    .record(Name, TensorOutput)
    .optional()
    .meta({
      description:
        "The gradient of each name in `wrt`, in its shape; zeros where the objective does not depend on it, as `independent` says",
      examples: [{ x: 6, y: 6 }],
    }),
  independent: z
    .array(Name)
    .optional()
    .meta({
      description:
        "The names among `gradients` whose zeros mean that nothing differentiable leads from them to the objective: it does not depend on " +
        "them, or only by what is constant between jumps (comparisons, indices) or taken as constant (stop_gradient). Left out when there are none",
      examples: [["y"]],
    }),
  nodes: z.array(NodeGradient).optional().meta({ description: "Every named value in forward order, inputs included" }),
  edges: z.array(EdgeGradient).optional().meta({
    description: "Every consumption of a value by a node, in forward order; literals that take no gradient, such as axes, are left out",
  }),
  warnings: ProgramWarnings,
  nonfinite,
};

export const GradientsResponse = z
  .object({
    ...pointResult,
    points: z
      .array(z.object(pointResult))
      .optional()
      .meta({ description: "One result for each of the request's points, in their order; the other members are then left out" }),
  })
  .meta({
    id: "GradientsResponse",
    description: "The result of running a program forward and backward",
    examples: [
      {
        outputs: { z: 9 },
        gradients: { x: 6, y: 6 },
        nodes: [{ name: "t", op: "Add", value: 3, gradient: 6 }],
        edges: [{ from: "x", to: "t", input: 0, value: 1, local: 1, gradient: 6 }],
      },
    ],
  });
export type GradientsResponse = z.output<typeof GradientsResponse>;

export const ValueDescription = z
  .object({
    name: Name.meta({ description: "Under which name it is given", examples: ["x"] }),
    shape: z
      .array(z.int().min(0).nullable())
      .nullable()
      .meta({ description: "Sizes of the axes, null for any; null when the shape is decided by the tensor given", examples: [[null, 3]] }),
    dtype: DTypeName.nullable().meta({ description: "null when it is decided by the tensor given", examples: ["float64"] }),
  })
  .meta({ id: "ValueDescription", description: "A value that a request gives" });

export const GraphResponse = z
  .object({
    id: GraphId,
    inputs: z.array(ValueDescription).meta({ description: "What a request gives under `inputs`" }),
    outputs: z.array(Name).meta({ description: "The names of the outputs", examples: [["z"]] }),
    parameters: z.array(ValueDescription).meta({ description: "What a request may give under `parameters`; a graph of nodes has none" }),
    graph: GraphSource.optional().meta({ description: "The canonical graph, from which the id is derived" }),
    network: NetworkSource.optional().meta({ description: "The canonical network, in place of a graph" }),
  })
  .meta({ id: "GraphResponse", description: "A registered program" });
export type GraphResponse = z.output<typeof GraphResponse>;
