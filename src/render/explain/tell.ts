import { equation, number, partial, product, sum, symbol, type Term, words } from "../../formula/term.ts";
import { textOf } from "../../formula/text.ts";
import { stepId } from "../../compute/steps.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Portrait, PortrayedEdge, PortrayedNode, PortrayedValue } from "../portrait.ts";
import { type Derivation, Chains } from "./chain.ts";
import { type Course, courseOf } from "./course.ts";
import { shapeText, tensorText } from "./numbers.ts";
import { joined, type Prose } from "./prose.ts";
import { axesBetween, formulaOf, localOf } from "./rules.ts";
import { symbolsOf, type Symbols } from "./symbols.ts";
import type { Told, ToldEdge, ToldInput, ToldStep } from "./told.ts";
import type { Voice } from "./voices/voice.ts";

/** How an explanation is told. */
export interface Telling {
  readonly voice: Voice;
  readonly digits: number;
  /** How many steps are told each way, and how many gradients. */
  readonly steps: number;
  /** Whether a cotangent was given. */
  readonly isSeeded: boolean;
  /** The layer that a node belongs to, in words; null where there is none. */
  readonly layerOf: (node: PortrayedNode) => string | null;
}

/** Up to so many gradients stand in the summary. */
const mostSummed = 4;

/** Tells the run of a portrait. */
export function tell(portrait: Portrait, objective: PortrayedValue, telling: Telling): Told {
  const symbols = symbolsOf(portrait);
  const top = telling.isSeeded ? symbol(symbols.fresh(["L", "J", "S"])) : symbols.of(objective);
  const course = courseOf(portrait, objective, top, telling.isSeeded);
  return new Teller(course, symbols, telling).tell(portrait);
}

class Teller {
  readonly #course: Course;
  readonly #symbols: Symbols;
  readonly #telling: Telling;
  readonly #chains: Chains;

  constructor(course: Course, symbols: Symbols, telling: Telling) {
    this.#course = course;
    this.#symbols = symbols;
    this.#telling = telling;
    this.#chains = new Chains(course, symbols);
  }

  tell({ nonfinite }: Portrait): Told {
    const { forward, backward, wrt, objective } = this.#course;
    const { steps, voice } = this.#telling;
    const passages = backward.slice(0, steps);
    const inputs = wrt.slice(0, steps);
    const omitted = {
      forward: Math.max(0, forward.length - steps),
      backward: Math.max(0, backward.length - steps),
      gradients: wrt.length - inputs.length,
    };
    const told = new Set(passages.map(idOf));
    const independent = inputs.filter((value) => this.#course.usesOf(value).length === 0 && value !== objective);
    const notes = [
      ...independent.map(({ name }) => voice.independent(symbol(name ?? ""), this.#symbol(objective))),
      ...(omitted.forward + omitted.backward + omitted.gradients === 0 ? [] : [voice.omitted(omitted)]),
    ];
    return {
      title: voice.title(this.#symbol(objective)),
      objective: objective.name ?? "",
      summary: this.#summary(),
      forward: forward.slice(0, steps).map((node) => this.#forward(node)),
      backward: [this.#seed(), ...passages.map((passage) => (passage.kind === "sum" ? this.#sum(passage) : this.#backward(passage)))],
      gradients: inputs.map((value) => this.#input(value, told)),
      recognised: [],
      notes,
      omitted,
      nonfinite: nonfinite === null ? null : { ...nonfinite, sentence: [] },
    };
  }

  #summary(): Prose {
    const { forward, backward, wrt, objective } = this.#course;
    const results = wrt.flatMap((value) =>
      value.gradient !== null && isNumber(value.gradient) ? [this.#result(value, value.gradient)] : [],
    );
    return this.#telling.voice.summary({
      objective: this.#symbol(objective),
      value: [this.#text(objective.tensor)],
      inputs: wrt.slice(0, mostSummed).map((value) => this.#symbol(value)),
      steps: forward.length,
      hasSums: backward.some(({ kind }) => kind === "sum"),
      results: results.slice(0, mostSummed),
      left: wrt.length - Math.min(results.length, mostSummed),
    });
  }

  #result(value: PortrayedValue, gradient: Tensor): Term {
    return equation(this.#chains.upstream(value), number(gradient.data[0]));
  }

  #forward(node: PortrayedNode): ToldStep {
    const operands = this.#symbols.operandsOf(node);
    const formula = formulaOf(node, operands);
    const value = this.#course.resultOf(node);
    const tensor = value?.tensor ?? null;
    const name = symbol(this.#symbols.nameOf(node.name));
    const numbers = this.#symbols.numbersOf(node);
    const isScalar = tensor !== null && isNumber(tensor) && numbers !== null;
    const sides = isScalar ? [formula, formulaOf(node, numbers), number(tensor.data[0])] : [formula];
    const written = this.#equation(name, ...sides);
    const layer = this.#telling.layerOf(node);
    const sentence = this.#telling.voice.forward({
      symbol: name,
      introduces: this.#symbols.isIntroduced(node) ? formula : null,
      equation: written,
      shapes:
        isScalar || tensor === null
          ? null
          : {
              operands: node.node.inputs.flatMap((input) => (input === null || input.shape.length === 0 ? [] : [shapeText(input.shape)])),
              result: tensor.shape.length === 0 ? null : shapeText(tensor.shape),
            },
      numbers: isScalar || tensor === null ? null : this.#text(tensor),
      layer,
    });
    return {
      ...this.#about(node, layer),
      id: stepId.forward(node.name),
      kind: "forward",
      sentence,
      formula: written,
      tensor,
      shape: tensor?.shape ?? [],
      edges: [],
      addends: [],
    };
  }

  #about({ name, node }: PortrayedNode, layer: string | null): Pick<ToldStep, "node" | "symbol" | "op" | "layer"> {
    return { node: name, symbol: this.#symbols.nameOf(name), op: node.op, layer };
  }

  #seed(): ToldStep {
    const { objective, isSeeded } = this.#course;
    const { gradient } = objective;
    const upstream = this.#chains.upstream(objective);
    const written =
      gradient === null ? upstream : this.#equation(upstream, isNumber(gradient) ? number(gradient.data[0]) : words(this.#text(gradient)));
    return {
      id: stepId.seed(objective.name ?? ""),
      kind: "seed",
      node: objective.name ?? "",
      symbol: this.#symbols.nameOf(objective.name ?? ""),
      op: null,
      layer: null,
      sentence: this.#telling.voice.seed(this.#symbol(objective), written, isSeeded),
      formula: written,
      tensor: gradient,
      shape: objective.value.shape,
      edges: [],
      addends: [],
    };
  }

  #backward({ node, edges }: { readonly node: PortrayedNode; readonly edges: readonly PortrayedEdge[] }): ToldStep {
    const { voice } = this.#telling;
    const result = this.#course.resultOf(node);
    const incoming = result?.gradient ?? null;
    const name = symbol(this.#symbols.nameOf(node.name));
    const formula = formulaOf(node, this.#symbols.operandsOf(node));
    const upstream = partial(this.#course.top, name);
    const layer = this.#telling.layerOf(node);
    const told = edges.map((edge) => this.#edge(edge, incoming, upstream));
    const arriving = incoming !== null && isNumber(incoming) ? equation(upstream, number(incoming.data[0])) : upstream;
    const intro = voice.backward({ node: name, formula, incoming: arriving, layer, count: edges.length });
    return {
      ...this.#about(node, layer),
      id: stepId.backward(node.name),
      kind: "backward",
      sentence: joined([intro, ...told.map(({ sentence }) => sentence)], voice.between),
      formula: told[0].formula,
      tensor: incoming,
      shape: incoming?.shape ?? [],
      edges: told,
      addends: [],
    };
  }

  #edge(edge: PortrayedEdge, incoming: Tensor | null, upstream: Term): ToldEdge {
    const { from, to, input, local, gradient } = edge;
    const isShare = this.#course.usesOf(from).length > 1;
    const common = { from: from.name ?? "", input, incoming, gradient };
    if (incoming !== null && gradient !== null && local !== null && isNumber(incoming) && isNumber(gradient) && isNumber(local)) {
      const formula = this.#localEquation(edge, local.data[0]);
      const isWhole = !isShare && !this.#isTop(edge);
      const factors = product(number(incoming.data[0]), number(local.data[0]));
      const sides = [product(upstream, this.#partialOf(edge)), factors, number(gradient.data[0])];
      const left = this.#chains.upstream(from);
      return {
        ...common,
        local: { formula, value: local },
        formula:
          this.#isTop(edge) && !isShare
            ? this.#equation(left, factors, number(gradient.data[0]))
            : isWhole
              ? this.#equation(left, ...sides)
              : this.#equation(...sides),
        sentence: this.#telling.voice.edge({
          from: this.#symbol(from),
          incoming: number(incoming.data[0]),
          local: formula,
          gradient: isShare ? number(gradient.data[0]) : equation(left, number(gradient.data[0])),
          isShare,
        }),
      };
    }
    const passed = this.#chains.passed(edge, upstream);
    const localTerm = local === null ? null : this.#chains.local(edge);
    const [wide] = to.node.outputs;
    const left = this.#chains.upstream(from);
    const isNarrow = !sameShape(from.value.shape, wide.shape);
    return {
      ...common,
      local: { formula: localTerm === null ? null : this.#equation(this.#partialOf(edge), localTerm), value: local },
      formula: passed === null ? left : isShare ? passed : this.#equation(left, passed),
      sentence: this.#telling.voice.tensorEdge({
        from: this.#symbol(from),
        formula: passed,
        arriving: shapeText(wide.shape),
        passed: shapeText(from.value.shape),
        summed:
          isNarrow && edge.local === null && passed?.kind === "call" && passed.name === "Σ"
            ? axesBetween(from.value.shape, wide.shape)
            : null,
        isElementwise: passed?.kind === "elementwise",
        numbers: gradient === null ? "" : this.#text(gradient),
        isShare,
      }),
    };
  }

  /** ∂z/∂t = 2t = 2·3 = 6 */
  #localEquation(edge: PortrayedEdge, value: number): Term {
    const local = this.#chains.local(edge);
    const numbers = this.#symbols.numbersOf(edge.to);
    const inNumbers = local === null || numbers === null ? null : localOf(edge, numbers);
    return this.#equation(
      this.#partialOf(edge),
      ...(local === null ? [] : [local]),
      ...(inNumbers === null ? [] : [inNumbers]),
      number(value),
    );
  }

  #partialOf({ from, to }: PortrayedEdge): Term {
    return partial(symbol(this.#symbols.nameOf(to.name)), this.#symbol(from));
  }

  /** Whether an edge enters the objective itself, where what arrives is the 1 of the seed. */
  #isTop({ to }: PortrayedEdge): boolean {
    return !this.#course.isSeeded && this.#course.resultOf(to) === this.#course.objective;
  }

  #sum({ value, edges }: { readonly value: PortrayedValue; readonly edges: readonly PortrayedEdge[] }): ToldStep {
    const { voice } = this.#telling;
    const gradient = value.gradient;
    const numbers = edges.flatMap((edge) => (edge.gradient !== null && isNumber(edge.gradient) ? [number(edge.gradient.data[0])] : []));
    const left = this.#chains.upstream(value);
    const written =
      gradient !== null && isNumber(gradient) && numbers.length === edges.length
        ? this.#equation(left, sum(...numbers), number(gradient.data[0]))
        : this.#equation(
            left,
            sum(
              ...edges.map(
                (edge) => this.#chains.passed(edge, partial(this.#course.top, symbol(this.#symbols.nameOf(edge.to.name)))) ?? words("…"),
              ),
            ),
          );
    const through = edges.map(({ to }) => symbol(this.#symbols.nameOf(to.name)));
    const ways = this.#chains.waysFrom(value);
    return {
      id: stepId.sum(value.name ?? ""),
      kind: "sum",
      node: value.name ?? "",
      symbol: this.#symbols.nameOf(value.name ?? ""),
      op: null,
      layer: null,
      sentence: voice.sum({
        value: this.#symbol(value),
        objective: this.#symbol(this.#course.objective),
        through,
        isAll: ways === edges.length,
        equation: written,
      }),
      formula: written,
      tensor: gradient,
      shape: value.value.shape,
      edges: [],
      addends: edges.map((edge) => ({ to: edge.to.name, input: edge.input, gradient: edge.gradient })),
    };
  }

  #input(value: PortrayedValue, told: ReadonlySet<string>): ToldInput {
    const { voice } = this.#telling;
    const { objective } = this.#course;
    const chain = this.#chains.of(value);
    const left = this.#chains.upstream(value);
    const name = this.#symbol(value);
    const { gradient, tensor } = value;
    const common = { name: value.name ?? "", value: tensor, gradient };
    if (chain === null) {
      const written = gradient === null ? this.#equation(left, number(0)) : this.#equation(left, number(gradient.data[0]));
      const sentence =
        gradient === null ? voice.independent(name, this.#symbol(objective)) : voice.seed(name, written, this.#course.isSeeded);
      return { ...common, chain: written, substituted: null, simplified: null, sentence, steps: [] };
    }
    const isScalar = gradient !== null && isNumber(gradient) && chain.numbers !== null;
    const written = isScalar ? this.#equation(left, ...sidesOf(chain), number(gradient.data[0])) : this.#equation(left, ...sidesOf(chain));
    const sentence = isScalar
      ? voice.input({
          name,
          objective: this.#symbol(objective),
          equation: written,
          gradient: gradient.data[0],
          ways: chain.ways?.map((way) => way.map((each) => this.#symbol(each))) ?? null,
        })
      : voice.tensorInput({
          name,
          objective: this.#symbol(objective),
          equation: written,
          shape: shapeText(tensor.shape),
          numbers: gradient === null ? "" : this.#text(gradient),
        });
    return {
      ...common,
      chain: this.#equation(left, chain.rule),
      substituted: chain.local,
      simplified: chain.closed,
      sentence,
      steps: this.#chains
        .passagesOf(value)
        .map(idOf)
        .filter((id) => told.has(id)),
    };
  }

  #symbol(value: PortrayedValue): Term {
    return this.#symbols.of(value);
  }

  #text(tensor: Tensor): string {
    return tensorText(tensor, this.#telling.digits);
  }

  /** Sides that are written alike stand once. */
  #equation(...sides: readonly Term[]): Term {
    const { digits } = this.#telling;
    const different = sides.filter((side, at) => at === 0 || textOf(side, { digits }) !== textOf(sides[at - 1], { digits }));
    return different.length === 1 ? different[0] : equation(...different);
  }
}

const sidesOf = ({ rule, local, closed, numbers, ways }: Derivation): readonly Term[] =>
  [rule, local, closed, ways !== null && ways.length > 1 ? numbers : null].filter((side) => side !== null);

const isNumber = ({ data }: Tensor): boolean => data.length === 1;

const idOf = (passage: Course["backward"][number]): string =>
  passage.kind === "sum" ? stepId.sum(passage.value.name ?? "") : stepId.backward(passage.node.name);
