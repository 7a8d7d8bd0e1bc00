import { fold } from "../../formula/fold.ts";
import { simplified } from "../../formula/simplify.ts";
import { substituted } from "../../formula/substitute.ts";
import { call, ellipsis, indexedCall, number, partial, product, sum, symbol, type Term } from "../../formula/term.ts";
import { textOf } from "../../formula/text.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { PortrayedEdge, PortrayedNode, PortrayedValue } from "../portrait.ts";
import type { Course, Passage } from "./course.ts";
import { formulaOf, localOf, looksUpClasses, passedBack } from "./rules.ts";
import type { Symbols } from "./symbols.ts";

/** The derivative of the objective by a value as a formula. */
export interface Derivation {
  /** In the intermediate variables: ∂z/∂t · ∂t/∂x. */
  readonly rule: Term;
  /** With what is known of each factor in its place: 2t · 1; null where nothing is. */
  readonly local: Term | null;
  /** With the numbers of the factors in their places: 6 · 1; null where they are not single numbers. */
  readonly numbers: Term | null;
  /** In the inputs alone, as short as can be; null where it is not known or would be long. */
  readonly closed: Term | null;
  /** Through which values each way goes, where all are told one by one. */
  readonly ways: readonly (readonly PortrayedValue[])[] | null;
}

/** All that one node uses of a value. */
interface Use {
  readonly result: PortrayedValue;
  readonly edges: readonly PortrayedEdge[];
}

/** How many ways lead from a value to the objective, and how many factors they have together. */
interface Extent {
  readonly ways: number;
  readonly factors: number;
}

/** Ways are told one by one as long as there are so few of them, with so few factors together. */
const mostWays = 6;
const mostFactors = 18;
/** A formula in the inputs alone is told if it has no more parts than this, and no more than that before it is simplified. */
const mostParts = 60;
const mostPartsBefore = 1200;
const mostTensorParts = 24;
/** Programs of more nodes, or of more operands of all nodes together, have no such formulas that anybody would read. */
const mostNodes = 2000;
const mostOperands = 4000;

/** What is known of a value once all that comes back to it has been gone through. */
interface Known {
  readonly uses: readonly Use[];
  readonly extent: Extent;
  /** Whether it and all that lies between it and the objective are single numbers. */
  readonly isScalar: boolean;
  /** The derivative in the intermediate variables; null where a factor has no formula. */
  readonly derivative: Term | null;
}

/** Writes the derivatives of an objective by the values that lead to it. */
export class Chains {
  readonly #course: Course;
  readonly #symbols: Symbols;
  readonly #known = new Map<PortrayedValue, Known>();
  /** What the values computed on the way are in terms of the inputs, by their symbols. */
  readonly #closed = new Map<string, Term>();
  readonly #isSmall: boolean;

  constructor(course: Course, symbols: Symbols) {
    this.#course = course;
    this.#symbols = symbols;
    const operands = course.forward.reduce((all, { node }) => all + node.inputs.length, 0);
    this.#isSmall = course.forward.length <= mostNodes && operands <= mostOperands;
    if (this.#isSmall) {
      for (const node of course.forward) {
        const formula = formulaOf(node, symbols.operandsOf(node));
        this.#closed.set(
          symbols.nameOf(node.name),
          substituted(formula, (name) => this.#closed.get(name) ?? null),
        );
      }
    }
    const { objective } = course;
    const seed = objective.gradient;
    this.#known.set(objective, {
      uses: [],
      extent: { ways: 1, factors: course.isSeeded ? 1 : 0 },
      isScalar: isNumber(objective),
      derivative: isNumber(objective) && seed !== null ? number(seed.data[0]) : this.upstream(objective),
    });
    for (const value of course.completed) this.#known.set(value, this.#know(value));
  }

  /** null for a value that does not lead to the objective. */
  of(value: PortrayedValue): Derivation | null {
    const known = this.#known.get(value);
    if (known === undefined || known.uses.length === 0) return null;
    const { extent, isScalar, uses } = known;
    if (isScalar && extent.ways <= mostWays && extent.factors <= mostFactors) return this.#byWays(value, known);
    if (isScalar) return this.#byUses(value, known);
    const edges = uses.flatMap((use) => use.edges);
    const rule = shownSum(edges.length, (at) => this.passed(edges[at]) ?? ellipsis);
    return { rule, local: known.derivative, numbers: null, closed: this.#closedForm(known.derivative, mostTensorParts), ways: null };
  }

  /** What flows back to a value, as a term: ∂L/∂z. */
  upstream(value: PortrayedValue): Term {
    return partial(this.#course.top, this.#symbols.of(value));
  }

  /** The derivative of a node's result by one of its inputs, as for single numbers. */
  local(edge: PortrayedEdge): Term | null {
    return localOf(edge, this.#symbols.operandsOf(edge.to));
  }

  /** What a node passes back to one of its inputs, as a term of what comes back to its result. */
  passed(edge: PortrayedEdge): Term | null {
    const { isSeeded, objective, resultOf } = this.#course;
    const result = resultOf(edge.to);
    if (result === undefined) return null;
    // At the objective itself it is the 1 of the seed.
    return this.#passedOf(edge, result === objective && !isSeeded && isNumber(objective) ? number(1) : this.upstream(result));
  }

  #passedOf(edge: PortrayedEdge, delta: Term): Term | null {
    const passed = passedBack(edge, this.#symbols.operandsOf(edge.to), delta, symbol(this.#symbols.nameOf(edge.to.name)));
    // Rows of no class, which a loss ignores, get nothing: no formula says that.
    return passed !== null && looksUpClasses(passed) && this.#hasRowsOfNoClass(edge.to) ? null : passed;
  }

  /** How many ways lead from a value to the objective. */
  waysFrom(value: PortrayedValue): number {
    return this.#known.get(value)?.extent.ways ?? 0;
  }

  /** The steps back by which gradients come to a value, in their order. */
  passagesOf(value: PortrayedValue): readonly Passage[] {
    const between = new Set([value]);
    const open = [value];
    for (const each of open) {
      for (const { result } of this.#known.get(each)?.uses ?? []) {
        if (between.has(result)) continue;
        between.add(result);
        open.push(result);
      }
    }
    return this.#course.backward.filter((passage) =>
      passage.kind === "sum" ? between.has(passage.value) : passage.edges.some(({ from }) => between.has(from)),
    );
  }

  #hasRowsOfNoClass({ node }: PortrayedNode): boolean {
    return node.inputs.some((value) => {
      if (value === null || isFloating(value.dtype)) return false;
      return (this.#symbols.portrayed(value)?.tensor.data ?? value.known?.data ?? []).some((each) => each < 0);
    });
  }

  #know(value: PortrayedValue): Known {
    const uses = this.#usesOf(value);
    const results = uses.map(({ result }) => this.#known.get(result));
    const ways = results.reduce((all, each) => all + (each?.extent.ways ?? 0), 0);
    const factors = results.reduce((all, each) => all + (each === undefined ? 0 : each.extent.factors + each.extent.ways), 0);
    const isScalar =
      isNumber(value) && results.every((each) => each?.isScalar) && this.#course.usesOf(value).every(({ local }) => local !== null);
    const terms = this.#isSmall ? uses.flatMap((use) => this.#derivativesBy(use, isScalar)) : [null];
    const derivative = isComplete(terms) ? sumOf(terms) : null;
    const isTold = derivative !== null && (isScalar || partsOf(derivative) <= mostParts);
    return { uses, extent: { ways, factors }, isScalar, derivative: isTold ? derivative : null };
  }

  /** What comes back by a use, in the intermediate variables. */
  #derivativesBy(use: Use, isScalar: boolean): readonly (Term | null)[] {
    const after = this.#known.get(use.result)?.derivative ?? null;
    if (after === null) return [null];
    if (!isScalar) return use.edges.map((edge) => this.#passedOf(edge, after));
    const local = this.#localBy(use);
    return [local && product(after, local)];
  }

  #usesOf(value: PortrayedValue): readonly Use[] {
    const edges = this.#course.usesOf(value);
    return [...Map.groupBy(edges, ({ to }) => to)].flatMap(([node, own]) => {
      const result = this.#course.resultOf(node);
      return result === undefined ? [] : [{ result, edges: own }];
    });
  }

  /** The derivative of what a node gives by a value that it may use several times. */
  #localBy({ edges }: Use): Term | null {
    const terms = edges.map((edge) => this.local(edge));
    return isComplete(terms) ? sumOf(terms) : null;
  }

  #byWays(value: PortrayedValue, { derivative }: Known): Derivation {
    const ways = this.#waysFrom(value);
    const seed = this.#course.isSeeded ? [this.#course.objective] : [];
    const seeds = { rule: seed.map((each) => this.upstream(each)), numbers: seed.map(seedNumber) };
    const rule = sumOf(ways.map((way) => productOf([...seeds.rule, ...way.map((step) => this.#factor(step))])));
    const local = sumOf(
      ways.map((way) => productOf([...seeds.numbers, ...way.map((step) => this.#localBy(step.use) ?? this.#factorNumber(step))])),
    );
    const numbers = sumOf(ways.map((way) => productOf([...seeds.numbers, ...way.map((step) => this.#factorNumber(step))])));
    const through = ways.map((way) =>
      way
        .slice(0, -1)
        .map(({ from }) => from)
        .toReversed(),
    );
    return { rule, local, numbers, closed: this.#closedForm(derivative), ways: through };
  }

  #byUses(value: PortrayedValue, { uses, derivative }: Known): Derivation {
    const written = (write: (step: WayStep) => readonly Term[]): Term =>
      shownSum(uses.length, (at) => productOf(write({ from: value, use: uses[at] })));
    return {
      rule: written((step) => [this.upstream(step.use.result), this.#factor(step)]),
      local: written((step) => [this.upstream(step.use.result), this.#localBy(step.use) ?? this.#factorNumber(step)]),
      numbers: written((step) => [seedNumber(step.use.result), this.#factorNumber(step)]),
      closed: this.#closedForm(derivative),
      ways: null,
    };
  }

  /** Each way from the objective down to the value. */
  #waysFrom(value: PortrayedValue): WayStep[][] {
    if (value === this.#course.objective) return [[]];
    const uses = this.#known.get(value)?.uses ?? [];
    return uses.flatMap((use) => this.#waysFrom(use.result).map((way) => [...way, { from: value, use }]));
  }

  #factor({ from, use }: WayStep): Term {
    return this.factor(from, use.edges[0].to);
  }

  /**
   * The derivative of a node's result by one of the values that it uses: ∂t/∂x. Where the objective uses a value at once that also
   * leads to its other operands, ∂z/∂x is what comes back on all ways; that on one way alone says what it holds fixed.
   */
  factor(from: PortrayedValue, node: PortrayedNode): Term {
    const name = this.#symbols.of(from);
    const plain = partial(symbol(this.#symbols.nameOf(node.name)), name);
    const { isSeeded, objective, resultOf } = this.#course;
    if (isSeeded || resultOf(node) !== objective || (this.#known.get(from)?.uses.length ?? 0) < 2) return plain;
    const names = new Set(this.#symbols.operandsOf(node).flatMap((each) => (each.kind === "symbol" ? [each.name] : [])));
    const others = [...names].map(symbol).filter((each) => textOf(each) !== textOf(name));
    return heldFixed(plain, others);
  }

  #factorNumber({ use }: WayStep): Term {
    return number(use.edges.reduce((total, { local }) => total + (local?.data[0] ?? Number.NaN), 0));
  }

  #closedForm(derivative: Term | null, most = mostParts): Term | null {
    if (derivative === null) return null;
    const whole = substituted(derivative, (name) => this.#closed.get(name) ?? null);
    if (partsOf(whole) > mostPartsBefore) return null;
    const short = simplified(whole);
    return partsOf(short) > most ? null : short;
  }
}

/** A factor of a way: from a value by its use. */
interface WayStep {
  readonly from: PortrayedValue;
  readonly use: Use;
}

const isNumber = ({ tensor }: PortrayedValue): boolean => tensor.data.length === 1;
const seedNumber = ({ gradient }: PortrayedValue): Term => number(gradient?.data[0] ?? 0);
const isComplete = (terms: readonly (Term | null)[]): terms is readonly Term[] => terms.every((term) => term !== null);
const sumOf = (terms: readonly Term[]): Term => (terms.length === 1 ? terms[0] : sum(...terms));

/** A partial derivative that says what else it holds fixed. */
export const heldFixed = (derivative: Term, others: readonly Term[]): Term =>
  others.length === 0 ? derivative : indexedCall("held", others.length === 1 ? others[0] : call("sequence", ...others), derivative);

/** A sum of which so many addends are written, and an ellipsis for the others. */
const mostAddends = 12;
export const shownSum = (count: number, addend: (at: number) => Term): Term => {
  const shown = Array.from({ length: Math.min(count, mostAddends) }, (_, at) => addend(at));
  return count > mostAddends ? sum(...shown, ellipsis) : sumOf(shown);
};
const productOf = (terms: readonly Term[]): Term => (terms.length === 1 ? terms[0] : product(...terms));

/** How many parts a term has when it is written out; what it shares counts as often as it is written. */
const partsOf = (term: Term): number => fold<number>(term, (_, operands) => operands.reduce((all, each) => all + each, 1));
