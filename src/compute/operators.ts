import { z } from "zod";
import type { Category } from "../ops/define.ts";
import { DTypeName } from "../request/values.ts";

/** The operator catalogue as the API tells it. */

const categories = [
  "arithmetic",
  "trigonometry",
  "logic",
  "activation",
  "reduction",
  "linear algebra",
  "shape",
  "network",
] as const satisfies readonly Category[];

export const CategoryName = z.enum(categories).meta({ description: "A group of operators", examples: ["activation"] });

const OperatorInput = z
  .object({
    name: z.string().meta({ description: "ONNX's name of the input", examples: ["X"] }),
    type: z.string().meta({ description: "A key of `types`: inputs with the same key have the same dtype", examples: ["T"] }),
    differentiable: z.boolean().meta({ description: "Whether a gradient flows back to it", examples: [true] }),
    optional: z.boolean().meta({ description: "Whether it may be left out", examples: [false] }),
    variadic: z.boolean().meta({ description: "Whether it may be repeated", examples: [false] }),
    static: z
      .boolean()
      .meta({ description: "Whether its numbers must be known before anything runs, because they decide shapes", examples: [false] }),
  })
  .meta({ id: "OperatorInput", description: "An input of an operator" });

const OperatorOutput = z
  .object({
    name: z.string().meta({ description: "ONNX's name of the output", examples: ["Y"] }),
    variadic: z.boolean().meta({ description: "Whether there are as many as the node names", examples: [false] }),
  })
  .meta({ id: "OperatorOutput", description: "An output of an operator" });

export const Formula = z
  .object({
    latex: z
      .string()
      .meta({ description: "The operator applied to its inputs, with the attributes at their defaults", examples: ["A \\cdot B"] }),
    text: z.string().meta({ description: "The same in one line of plain text", examples: ["A·B"] }),
    derivatives: z.array(z.string().nullable()).meta({
      description: "The derivative by each input where it has a closed form for single numbers, else null",
      examples: [["B", "A"]],
    }),
    cotangents: z.array(z.string().nullable()).meta({
      description:
        "What comes back to each input of an operator of tensors when δ comes back to its result y, where that has a short formula, else null; n is the number of elements that were averaged",
      examples: [["\\delta \\cdot B^{\\top}", "A^{\\top} \\cdot \\delta"]],
    }),
  })
  .meta({ id: "Formula", description: "An operator in LaTeX, and in plain text" });

const Notation = z
  .object({
    function: z.string().meta({ description: "The function that stands for the operator in expressions", examples: ["mul"] }),
    aliases: z
      .array(z.string())
      .meta({ description: "Other functions that stand for it, some only with a certain number of arguments", examples: [["sum"]] }),
    infix: z
      .string()
      .optional()
      .meta({ description: "Its sign between two operands", examples: ["*"] }),
    prefix: z
      .string()
      .optional()
      .meta({ description: "Its sign before an operand", examples: ["-"] }),
    postfix: z
      .string()
      .optional()
      .meta({ description: "Its sign after an operand", examples: ["'"] }),
    arguments: z
      .record(z.string(), z.string())
      .meta({ description: "Other names of arguments, and the attribute or input that each stands for", examples: [{ axis: "axes" }] }),
  })
  .meta({ id: "Notation", description: "How expressions write an operator" });

const Convention = z
  .object({
    at: z.string().meta({ description: "Where the derivative is not unique", examples: ["x = 0"] }),
    convention: z.string().meta({ description: "What is taken there", examples: ["0"] }),
  })
  .meta({ id: "Convention", description: "What is taken for a derivative where it is not unique" });

export const OperatorDescription = z
  .object({
    op: z.string().meta({ description: "The operator's type, for a node's `op`", examples: ["Mul"] }),
    category: CategoryName,
    since: z
      .int()
      .nullable()
      .meta({
        description: "The version of ONNX's standard operator set whose semantics hold; null for operators of Adjoint's own",
        examples: [14],
      }),
    summary: z.string().meta({ description: "What it computes", examples: ["The product of two tensors, element by element."] }),
    label: z.string().meta({ description: "A short sign for pictures", examples: ["×"] }),
    inputs: z.array(OperatorInput).meta({ description: "The inputs in order" }),
    outputs: z.array(OperatorOutput).meta({ description: "The outputs in order" }),
    types: z
      .record(z.string(), z.array(DTypeName))
      .meta({ description: "The dtypes allowed for each key that the inputs name", examples: [{ T: ["float64", "float32"] }] }),
    attributes: z
      .record(z.string(), z.unknown())
      .meta({ description: "A JSON Schema of the node's `attributes`, with defaults", examples: [{ type: "object", properties: {} }] }),
    differentiable: z.boolean().meta({ description: "Whether a gradient flows back to any input", examples: [true] }),
    formula: Formula.meta({ description: "The operator in LaTeX, for single numbers" }),
    accuracy: z
      .object({
        value: z.number().meta({ description: "Of the outputs", examples: [2] }),
        gradient: z.number().meta({ description: "Of the gradients, for a cotangent of 1", examples: [4] }),
        of: z.enum(["result", "terms"]).meta({
          description:
            "Whose units in the last place they are: the result's, or, of a sum in which terms may cancel, those of what the magnitudes of its terms add up to",
          examples: ["result"],
        }),
      })
      .nullable()
      .meta({
        description:
          "By how many units in the last place results may be off, in float32 and in float64, over all numbers that the type holds; " +
          "null where nothing is stated. Units of numbers below the normal ones are the distances between them",
        examples: [{ value: 2, gradient: 4, of: "result" }],
      }),
    conventions: z.array(Convention).meta({ description: "Derivatives at kinks and jumps" }),
    expression: Notation.meta({ description: "How expressions write the operator" }),
  })
  .meta({ id: "Operator", description: "An operator" });
export type OperatorDescription = z.output<typeof OperatorDescription>;

export const OperatorList = z
  .object({ operators: z.array(OperatorDescription).meta({ description: "The operators, by category" }) })
  .meta({ id: "OperatorList", description: "Operators of the catalogue" });
