import { z } from "zod";
import { boundOfNames, bounds } from "../../request/bounds.ts";
import { DTypeName, Name, TensorInput } from "../../request/values.ts";

const Declaration = z
  .strictObject({
    shape: z
      .array(z.int().min(0).nullable())
      .optional()
      .meta({
        description: "Sizes of the axes; null stands for any size. Left out, the input takes the shape of the tensor given for it",
        examples: [[null, 3]],
      }),
    dtype: DTypeName.optional().meta({
      description: "The element type. Left out, it is the one of the tensor given, or what the input's consumers need",
      examples: ["float32"],
    }),
  })
  .meta({ id: "Declaration", description: "What is known of an input" });

const NodeSource = z
  .strictObject({
    name: Name.optional().meta({
      description: "Names the node's first output. Left out, the node is named after its operator, such as add_1",
      examples: ["t"],
    }),
    outputs: z
      .array(Name.nullable())
      .min(1)
      .optional()
      .meta({ description: "Names several outputs, in place of `name`; null leaves one unnamed", examples: [["values", "indices"]] }),
    op: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: "An operator's type, as listed at /v1/operators", examples: ["Add"] }),
    inputs: z
      .array(
        z.unknown().meta({
          description: "The name of a value, a literal tensor, or null for an optional input that is left out. A text is always a name",
          examples: ["x", 2, null],
        }),
      )
      .default([])
      .meta({ description: "What the node consumes, in the operator's order", examples: [["x", 2]] }),
    attributes: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "The operator's attributes; those left out take their defaults", examples: [{ axis: 1 }] }),
  })
  .meta({ id: "Node", description: "An operator applied to values" });

export const GraphSource = z
  .strictObject({
    inputs: z
      .record(Name, Declaration)
      .optional()
      .register(bounds, boundOfNames)
      .meta({
        description: "The graph's inputs. Left out, every name that nothing defines is an input",
        examples: [{ x: { shape: [], dtype: "float64" } }],
      }),
    constants: z
      .record(Name, TensorInput)
      .optional()
      .register(bounds, boundOfNames)
      .meta({ description: "Tensors that are part of the graph", examples: [{ k: 2 }] }),
    nodes: z
      .array(NodeSource)
      .register(bounds, { limit: "nodes", what: "nodes", code: "too_many_nodes" })
      .meta({
        description: "The operations, in any order that has no cycle",
        examples: [[{ name: "t", op: "Add", inputs: ["x", "y"] }]],
      }),
    outputs: z
      .array(Name)
      .min(1)
      .refine((names) => new Set(names).size === names.length, "The same output is named twice")
      .optional()
      .register(bounds, boundOfNames)
      .meta({ description: "Names of the results. Left out, they are what the last node produces", examples: [["z"]] }),
  })
  .meta({ id: "Graph", description: "A directed acyclic graph of nodes" });
export type GraphSource = z.output<typeof GraphSource>;
export type NodeSource = z.output<typeof NodeSource>;
