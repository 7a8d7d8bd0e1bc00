import { number, partial } from "../../formula/term.ts";
import { simplified } from "../../formula/simplify.ts";
import type { PortrayedValue } from "../portrait.ts";
import { heldFixed } from "./chain.ts";
import { isNumber, type Narration } from "./narration.ts";
import { disguisesIn } from "./recognise/recognise.ts";
import { isElementwise } from "./recognise/trial.ts";
import type { ToldFunction } from "./told.ts";

const mostLabels = 1000;

/** The known functions that groups of nodes spell out. */
export function tellFunctions(narration: Narration): ToldFunction[] {
  const { course, symbols, telling, voice } = narration;
  const names = new Map(course.forward.map((node) => [node.node, node]));
  const disguises = disguisesIn([...names.keys()], {
    isNamed: (node) => {
      const own = names.get(node);
      return own !== undefined && !symbols.isIntroduced(own);
    },
    isLabel: (value) => isLabel(symbols.portrayed(value)),
    isUnwanted: telling.cancelled,
  });
  return disguises.flatMap(({ title, nodes, operands, formula, derivative }): ToldFunction[] => {
    const result = symbols.portrayed(nodes.at(-1)?.outputs[0] ?? operands[0]);
    const portrayed = operands.map(symbols.portrayed);
    const own = nodes.flatMap((node) => names.get(node) ?? []);
    if (result === undefined || portrayed.some((value) => value === undefined) || own.length !== nodes.length) return [];
    const terms = portrayed.flatMap((value) => (value === undefined ? [] : [narration.symbol(value)]));
    const symbol = narration.symbol(result);
    const known = narration.equation(symbol, formula(...terms));
    const isScalar = isNumber(result.tensor) && portrayed.every((value) => value !== undefined && isNumber(value.tensor));
    // What shares its elements has no derivative of each by each that anybody would read: what comes back is told.
    const isShared = !isScalar && result.tensor.data.length > 1 && !isElementwise({ leaves: operands, nodes });
    const slope = simplified(derivative(symbol, narration.chains.upstream(result), ...terms));
    // Other operands that were computed may depend on the first.
    const others = terms.filter((_, at) => at > 0 && portrayed[at]?.role === "node");
    const left = isShared ? partial(course.top, terms[0]) : heldFixed(partial(symbol, terms[0]), others);
    const numbers = isScalar ? [symbols.inNumbers(slope), number(symbols.valueOf(slope))] : [];
    const told = narration.equation(left, slope, ...numbers);
    const sentence = voice.recognised({
      nodes: own.map((node) => narration.nodeSymbol(node)),
      title,
      operands: terms,
      formula: known,
      derivative: told,
    });
    return [{ nodes: own.map(({ name }) => name), name: title, formula: known, derivative: told, sentence }];
  });
}

/** Whether a value is made of nothing but 1, 0 and −1, as targets are. */
const isLabel = (value: PortrayedValue | undefined): boolean =>
  value !== undefined &&
  value.tensor.data.length <= mostLabels &&
  value.tensor.data.every((each) => each === 1 || each === 0 || each === -1);
