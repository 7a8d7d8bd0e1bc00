import { fold, withOperands } from "./fold.ts";
import { notationOf } from "./functions.ts";
import type { Term } from "./term.ts";

/** What is known of a term's values, wherever its symbols are numbers. */
interface Knowledge {
  readonly id: number;
  /** It is a number everywhere. */
  readonly total: boolean;
  /** 2: greater than 0; 1: not less than 0; 0: unknown. */
  readonly sign: 0 | 1 | 2;
}

const commutative: ReadonlySet<Term["kind"]> = new Set(["sum", "product", "elementwise"]);

/** One object for each term of the same structure, whatever the order of addends and factors. */
export class Structures {
  readonly #terms = new Map<string, Term>();
  readonly #known = new Map<Term, Knowledge>();

  /** The object for a term whose operands are already such objects. */
  of(term: Term): Term {
    if (this.#known.has(term)) return term;
    const ids = term.operands.map((operand) => this.#knowledge(operand).id);
    if (commutative.has(term.kind)) ids.sort((a, b) => a - b);
    const key = JSON.stringify([term.kind, this.#ownOf(term), ids]);
    const same = this.#terms.get(key);
    if (same !== undefined) return same;
    this.#known.set(term, { id: this.#known.size, ...this.#learn(term) });
    this.#terms.set(key, term);
    return term;
  }

  /** The object for any term. */
  whole(term: Term): Term {
    return fold<Term>(term, (part, operands) => this.of(withOperands(part, operands)));
  }

  isTotal(term: Term): boolean {
    return this.#knowledge(term).total;
  }

  isPositive(term: Term): boolean {
    return this.#knowledge(term).sign === 2;
  }

  #knowledge(term: Term): Knowledge {
    const known = this.#known.get(term);
    if (known === undefined) throw new Error("a term was not made by these structures");
    return known;
  }

  /** What a term holds besides its operands. */
  #ownOf(term: Term): unknown {
    switch (term.kind) {
      case "number":
        return Object.is(term.value, -0) ? "-0" : String(term.value);
      case "constant":
        return term.sign;
      case "symbol":
        return term.name;
      case "words":
        return term.text;
      case "call":
        return [term.name, term.index === null ? null : this.#knowledge(this.whole(term.index)).id];
      case "relation":
        return term.signs;
      default:
        return null;
    }
  }

  #learn(term: Term): Omit<Knowledge, "id"> {
    const operands = term.operands.map((operand) => this.#knowledge(operand));
    const allTotal = operands.every(({ total }) => total);
    const least = operands.reduce<Knowledge["sign"]>((sign, each) => (each.sign < sign ? each.sign : sign), 2);
    switch (term.kind) {
      case "number":
      case "constant":
        return { total: Number.isFinite(term.value), sign: term.value > 0 ? 2 : term.value === 0 ? 1 : 0 };
      case "symbol":
      case "partial":
        return { total: true, sign: 0 };
      case "sum":
        return { total: allTotal, sign: least === 1 && operands.some(({ sign }) => sign === 2) ? 2 : least };
      case "product":
        return { total: allTotal, sign: least };
      case "quotient":
        return { total: allTotal && operands[1].sign === 2, sign: operands[1].sign === 2 ? operands[0].sign : 0 };
      case "power":
        return powerKnowledge(term.operands, operands);
      case "call": {
        const { value, partial = false, positive = false } = notationOf(term.name);
        return { total: allTotal && value !== undefined && !partial, sign: positive ? 2 : term.name === "abs" ? 1 : 0 };
      }
      case "negative":
      case "elementwise":
      case "matrixProduct":
      case "transpose":
        return { total: allTotal, sign: 0 };
      case "element":
      case "relation":
      case "cases":
      case "words":
      case "ellipsis":
        return { total: false, sign: 0 };
    }
  }
}

function powerKnowledge([, exponent]: readonly Term[], [base, above]: readonly Knowledge[]): Omit<Knowledge, "id"> {
  if (base.sign === 2) return { total: base.total && above.total, sign: 2 };
  const whole = exponent.kind === "number" && Number.isInteger(exponent.value) && exponent.value >= 0;
  return { total: whole && base.total, sign: whole && exponent.value % 2 === 0 ? 1 : 0 };
}

/** Whether two terms are one, but for the order of addends and factors. */
export function sameTerm(a: Term, b: Term): boolean {
  const structures = new Structures();
  return structures.whole(a) === structures.whole(b);
}
