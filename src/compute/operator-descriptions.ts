import { z } from "zod";
import { snakeName } from "../program/names.ts";
import { catalogue } from "../ops/catalogue.ts";
import { latexOf } from "../formula/latex.ts";
import { simplified } from "../formula/simplify.ts";
import { textOf } from "../formula/text.ts";
import { ellipsis, symbol, type Term } from "../formula/term.ts";
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
  const operands = inputs.flatMap(({ name, variadic }) => (variadic ? [symbol("x_1"), symbol("x_2"), ellipsis] : [symbol(name)]));
  const derive = (by: readonly Term[]): Written => written(display.derivatives?.(by, shown));
  const come = (to: readonly Term[]): Written => written(display.cotangents?.(to, shown, symbol("δ"), symbol("y")));
  const ofEach = (rule: (operands: readonly Term[]) => Written): (string | null)[] => {
    const each = inputs.some(isVariadic) ? sameForAnyNumber(rule) : rule(operands);
    return inputs.map((_, index) => each[index] ?? null);
  };
  const formula = display.formula(operands, shown);
  return { latex: latexOf(formula), text: textOf(formula), derivatives: ofEach(derive), cotangents: ofEach(come) };
}

type Written = readonly (string | null)[];

const written = (terms: readonly (Term | null)[] = []): Written => terms.map((each) => each && latexOf(simplified(each)));

/** The formula for each of any number of operands, unless it depends on how many there are. */
function sameForAnyNumber(rule: (operands: readonly Term[]) => Written): Written {
  const [alone] = rule([symbol("x_1")]);
  const [beside] = rule([symbol("x_1"), symbol("x_2")]);
  return alone === beside ? [alone] : [];
}

const isVariadic = ({ variadic }: InputSpec): boolean => variadic === true;
