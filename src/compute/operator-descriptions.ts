import { z } from "zod";
import { snakeName } from "../program/names.ts";
import { catalogue } from "../ops/catalogue.ts";
import { accuracyOf, type InputSpec, type Operator } from "../ops/define.ts";
import type { Formula, OperatorDescription } from "./operators.ts";

/** Every operator of the catalogue, described. */
export const operatorDescriptions = (): OperatorDescription[] => catalogue.map(describe);

function describe(op: Operator): OperatorDescription {
  const { infix, prefix, postfix, names = [], arguments: renamed = {} } = op.syntax ?? {};
  const name = snakeName(op.type);
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
    accuracy: accuracyOf(op),
    conventions: (op.kinks ?? []).map(({ at, convention }) => ({ at, convention })),
    expression: {
      function: name,
      // A name that sets an operand or an attribute is a function of its own.
      aliases: [...new Set(names.flatMap((each) => ((each.operands ?? each.attributes) ? [] : [each.name])))].filter(
        (alias) => alias !== name,
      ),
      ...(infix !== undefined && { infix }),
      ...(prefix !== undefined && { prefix }),
      ...(postfix !== undefined && { postfix }),
      arguments: { ...renamed },
    },
  };
}

function formulaOf({ display, inputs, defaults }: Operator): z.output<typeof Formula> {
  const shown = display.example ?? defaults;
  const operands = inputs.flatMap(({ name, variadic }) => (variadic ? ["x_1", "x_2", String.raw`\cdots`] : [operandOf(name)]));
  const derive = (by: readonly string[]): readonly (string | null)[] => display.derivatives?.(by, shown) ?? [];
  const derivatives = inputs.some(isVariadic) ? sameForAnyNumber(derive) : derive(operands);
  return { latex: display.latex(operands, shown), derivatives: inputs.map((_, index) => derivatives[index] ?? null) };
}

/** The derivative by each of any number of operands, unless it depends on how many there are. */
function sameForAnyNumber(derive: (operands: readonly string[]) => readonly (string | null)[]): readonly (string | null)[] {
  const [alone] = derive(["x_1"]);
  const [beside] = derive(["x_1", "x_2"]);
  return alone === beside ? [alone] : [];
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
