import { z } from "zod";
import { catalogue } from "../ops/catalogue.ts";
import type { Category, InputSpec, Operator } from "../ops/define.ts";
import { DTypeName } from "./values.ts";

/** The operator catalogue as the API tells it: every fact comes from the operators' definitions. */

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

const Formula = z
  .object({
    latex: z
      .string()
      .meta({ description: "The operator applied to its inputs, with the attributes at their defaults", examples: ["A \\cdot B"] }),
    derivatives: z.array(z.string().nullable()).meta({
      description: "The derivative by each input where it has a closed form for single numbers, else null",
      examples: [["B", "A"]],
    }),
  })
  .meta({ id: "Formula", description: "An operator in LaTeX" });

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
    conventions: z.array(Convention).meta({ description: "Derivatives at kinks and jumps" }),
    expression: Notation.meta({ description: "How expressions write the operator" }),
  })
  .meta({ id: "Operator", description: "An operator" });
export type OperatorDescription = z.output<typeof OperatorDescription>;

export const OperatorList = z
  .object({ operators: z.array(OperatorDescription).meta({ description: "The operators, by category" }) })
  .meta({ id: "OperatorList", description: "Operators of the catalogue" });

/** Every operator of the catalogue, described. */
export const operatorDescriptions = (): OperatorDescription[] => catalogue.map(describe);

function describe(op: Operator): OperatorDescription {
  const { infix, prefix, postfix, names = [], arguments: renamed = {} } = op.syntax ?? {};
  const name = snakeCase(op.type);
  const { $schema: _, ...attributes } = z.toJSONSchema(op.attributes, { io: "input" });
  return {
    op: op.type,
    category: op.category,
    since: op.since ?? null,
    summary: op.summary,
    label: op.display.label,
    inputs: op.inputs.map(({ name, type, differentiable = false, optional = false, variadic = false, static: isStatic = false }) => ({
      name,
      type,
      differentiable,
      optional,
      variadic,
      static: isStatic,
    })),
    outputs: op.outputs.map(({ name, variadic = false }) => ({ name, variadic })),
    types: Object.fromEntries(Object.entries(op.types).map(([key, dtypes]) => [key, [...dtypes]])),
    attributes,
    differentiable: op.inputs.some(({ differentiable }) => differentiable === true),
    formula: formulaOf(op),
    conventions: (op.kinks ?? []).map(({ at, convention }) => ({ at, convention })),
    expression: {
      function: name,
      aliases: [...new Set(names.map(({ name }) => name))].filter((alias) => alias !== name),
      ...(infix !== undefined && { infix }),
      ...(prefix !== undefined && { prefix }),
      ...(postfix !== undefined && { postfix }),
      arguments: { ...renamed },
    },
  };
}

function formulaOf({ display, inputs, attributes, defaults, probes }: Operator): z.output<typeof Formula> {
  // Where an attribute has no default, the formula shows the one of a probe.
  const shown = attributes.safeParse({}).success ? defaults : attributes.parse(probes[0].attributes);
  const operands = inputs.flatMap(({ name, variadic }) => (variadic ? ["x_1", "x_2", String.raw`\cdots`] : [operandOf(name)]));
  const derivatives = display.derivatives?.(inputs.some(isVariadic) ? ["x_i"] : operands, shown) ?? [];
  return { latex: display.latex(operands, shown), derivatives: inputs.map((_, index) => derivatives[index] ?? null) };
}

const isVariadic = ({ variadic }: InputSpec): boolean => variadic === true;

/** An input's name in LaTeX: `A`, `\mathrm{input}`, `\mathrm{data}_{0}`. */
function operandOf(name: string): string {
  const [word, ...indices] = name.split("_");
  const base = word.length === 1 ? word : String.raw`\mathrm{${word}}`;
  return indices.length === 0
    ? base
    : `${base}_{${indices.map((index) => (/^\d+$/.test(index) ? index : String.raw`\mathrm{${index}}`)).join(String.raw`\,`)}}`;
}

const snakeCase = (type: string): string => type.replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toLowerCase();
