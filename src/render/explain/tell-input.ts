import { number, type Term } from "../../formula/term.ts";
import type { PortrayedNode, PortrayedValue } from "../portrait.ts";
import type { Derivation } from "./chain.ts";
import { idOf, isNumber, type Narration } from "./narration.ts";
import { shapeText } from "./numbers.ts";
import type { Prose } from "./prose.ts";
import type { ToldInput } from "./told.ts";

/** What is said of the way back elsewhere: which steps are told, and which nodes sit on a kink. */
interface Elsewhere {
  readonly told: ReadonlySet<string>;
  readonly kinked: ReadonlySet<PortrayedNode>;
}

/** The gradient of an input by the chain rule. */
export function tellInput(value: PortrayedValue, { told, kinked }: Elsewhere, narration: Narration): ToldInput {
  const { voice, chains } = narration;
  const { gradient, tensor } = value;
  const chain = chains.of(value);
  const left = chains.upstream(value);
  const common = { name: value.name ?? "", value: tensor, gradient };
  if (chain === null) return { ...common, ...withoutChain(value, narration) };
  const isScalar = gradient !== null && isNumber(gradient);
  const passages = chains.passagesOf(value);
  const { data } = narration.course.objective.tensor;
  const equation = narration.equation(left, ...sidesOf(chain), ...(isScalar ? [number(gradient.data[0])] : []));
  const names = { name: narration.symbol(value), objective: narration.course.top };
  const sentenceWith = (shown: Term | null): Prose =>
    isScalar
      ? voice.input({
          ...names,
          equation: shown,
          gradient: gradient.data[0],
          isFinite: Number.isFinite(gradient.data[0]) && data.every((element) => Number.isFinite(element)),
          isTaken: passages.some((passage) => passage.kind === "backward" && kinked.has(passage.node)),
          ways: chain.ways?.map((way) => way.map((each) => narration.symbol(each))) ?? null,
          closed: isAdded(chain.ways) && chain.closed !== null ? narration.equation(left, chain.closed) : null,
        })
      : voice.tensorInput({
          ...names,
          equation: shown,
          shape: shapeText(tensor.shape),
          numbers: gradient === null ? "" : narration.text(gradient),
        });
  return {
    ...common,
    chain: narration.equation(left, chain.rule),
    equation,
    substituted: chain.local,
    simplified: chain.closed,
    sentence: sentenceWith(equation),
    remark: sentenceWith(null),
    steps: passages.map(idOf).filter((id) => told.has(id)),
  };
}

/** A value that nothing leads from, or the objective itself. */
function withoutChain(value: PortrayedValue, narration: Narration): Omit<ToldInput, "name" | "value" | "gradient"> {
  const { voice, chains, course } = narration;
  const { gradient } = value;
  const isObjective = value === course.objective;
  const right = isObjective && gradient !== null && isNumber(gradient) ? number(gradient.data[0]) : number(0);
  const equation = narration.equation(chains.upstream(value), right);
  const name = narration.symbol(value);
  const sentence = isObjective ? voice.seed(name, equation, course.isSeeded ? course.top : null) : voice.independent(name, course.top);
  return { chain: equation, equation, substituted: null, simplified: null, sentence, remark: sentence, steps: [] };
}

/** Where ways are added, the numbers of each are worth more than the formula that they make together. */
const sidesOf = ({ rule, local, closed, numbers, ways }: Derivation): readonly Term[] =>
  [rule, local, isAdded(ways) ? numbers : closed].filter((side) => side !== null);

const isAdded = (ways: Derivation["ways"]): boolean => ways === null || ways.length > 1;
