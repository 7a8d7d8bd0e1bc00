import { exactProduct, exactSum, type Fraction, fraction, fractionProduct, fractionSum } from "./exact.ts";
import { isCount, isZero, landmark, type Powers, rank, setOrDelete, workedOut } from "./factors.ts";
import { fold, withOperands } from "./fold.ts";
import { Structures } from "./structure.ts";
import { elementwise, euler, matrixProduct, negative, number, ones, power, product, quotient, sum, type Term, transpose } from "./term.ts";

/** Operands of a part with more of them are not looked into together with those around it. */
const mostGathered = 64;
/** So many factors are looked at in one term, and products within products so deep; what is left then stays as it is. */
const mostWork = 30_000;
const deepest = 40;
const unit: Fraction = { over: 1, under: 1 };

/**
 * The term as a teacher would leave it on the board: numbers worked out where that is short, like terms and like factors together, signs and
 * numbers in front. It has the same values wherever the term has values, and more nowhere: x/x stays, since it is none at 0.
 */
export function simplified(term: Term): Term {
  const simplifier = new Simplifier();
  return fold<Term>(term, (part, operands) => simplifier.part(part, operands));
}

/** Addends that are numbers times the same. */
interface Like {
  readonly share: Fraction;
  /** The addend, while there is one. */
  readonly only: Term | null;
}

class Simplifier {
  readonly #structures = new Structures();
  readonly #negatives = new Map<Term, Term>();
  readonly #roots = new Map<Term, readonly [Term, number]>();
  #work = 0;
  #depth = 0;

  /** A part whose operands are simple. */
  part(part: Term, operands: readonly Term[]): Term {
    switch (part.kind) {
      case "sum":
        return this.#sum(operands);
      case "product":
        return this.#product(operands, []);
      case "negative":
        return this.#negative(operands[0]);
      case "quotient":
        return this.#product([operands[0]], [operands[1]]);
      case "power":
        return this.#power(operands[0], operands[1]);
      case "elementwise":
      case "matrixProduct":
        return this.#tensors(part.kind, operands);
      case "transpose":
        return this.#transpose(operands[0]);
      case "call":
        return this.#call(part, operands);
      default:
        return this.#made(withOperands(part, operands));
    }
  }

  /** A new term of simple operands. */
  #made(term: Term): Term {
    return this.#structures.of(term);
  }

  #number(value: number): Term {
    return this.#made(number(value));
  }

  #negative(of: Term): Term {
    const known = this.#negatives.get(of);
    if (known !== undefined) return known;
    const found = this.#product([this.#number(-1), of], []);
    this.#negatives.set(of, found);
    return found;
  }

  /** Minus what is simple: −(x − y) is y − x. */
  #opposite(of: Term): Term {
    if (of.kind === "number") return this.#number(-of.value);
    const isDifference =
      of.kind === "sum" && of.operands.length <= mostGathered && of.operands.some((each) => this.#split(each)[0].over < 0);
    return isDifference ? this.#sum(of.operands.map((each) => this.#negative(each))) : this.#made(negative(of));
  }

  #sum(operands: readonly Term[]): Term {
    const parts = new Map<Term, Like>();
    const apart: Term[] = [];
    for (const operand of operands.flatMap((each) => this.#addends(each))) {
      const [share, rest] = this.#split(operand);
      const before = parts.get(rest);
      const total = before === undefined ? share : fractionSum(before.share, share);
      // What is undefined somewhere is not made defined by being taken from itself.
      if (total === null || (total.over === 0 && !this.#structures.isTotal(rest))) apart.push(operand);
      else parts.set(rest, { share: total, only: before === undefined ? operand : null });
    }
    const all = [...parts].filter(([, { share }]) => share.over !== 0);
    const addends = [...all.map(([rest, { share, only }]) => only ?? this.#scaled(share, rest)), ...apart];
    // A number stands first or last.
    const middle = addends.findIndex(({ kind }) => kind === "number");
    if (middle > 0) addends.push(...addends.splice(middle, 1));
    // What is added comes before what is taken away.
    const first = addends.findIndex((each) => this.#split(each)[0].over > 0);
    if (first > 0) addends.unshift(...addends.splice(first, 1));
    return addends.length === 0 ? this.#number(0) : addends.length === 1 ? addends[0] : this.#made(sum(...addends));
  }

  #addends(term: Term): readonly Term[] {
    const [inner] = term.operands;
    if (term.kind === "sum" && term.operands.length <= mostGathered) return term.operands;
    if (term.kind === "negative" && inner.kind === "sum" && inner.operands.length <= mostGathered)
      return inner.operands.map((each) => this.#negative(each));
    return [term];
  }

  /** A term as a number times what is left of it. */
  #split(term: Term): readonly [Fraction, Term] {
    const [first, ...others] = term.operands;
    const whole = [unit, term] as const;
    switch (term.kind) {
      case "number": {
        const share = fraction(term.value, 1);
        return share === null ? whole : [share, this.#number(1)];
      }
      case "negative": {
        const [share, rest] = this.#split(first);
        return [{ ...share, over: -share.over }, rest];
      }
      case "product": {
        const share = first.kind === "number" ? fraction(first.value, 1) : null;
        if (share === null) return whole;
        return [share, others.length === 1 ? others[0] : this.#made(product(...others))];
      }
      case "quotient": {
        const [over, rest] = this.#split(first);
        const [under, below] = this.#split(others[0]);
        const share = fractionProduct(over, { over: under.under, under: under.over });
        if (share === null) return whole;
        return [share, below.kind === "number" && below.value === 1 ? rest : this.#made(quotient(rest, below))];
      }
      default:
        return whole;
    }
  }

  #scaled({ over, under }: Fraction, rest: Term): Term {
    return this.#product([this.#number(over), rest], under === 1 ? [] : [this.#number(under)]);
  }

  #product(over: readonly Term[], under: readonly Term[]): Term {
    if (this.#work > mostWork || this.#depth > deepest) return this.#untouched(over, under);
    this.#depth += 1;
    const found = this.#gathered(over, under);
    this.#depth -= 1;
    return found;
  }

  /** A product as it is given. */
  #untouched(over: readonly Term[], under: readonly Term[]): Term {
    const [top, bottom] = [over, under].map((side) => (side.length === 1 ? side[0] : this.#made(product(...side))));
    return under.length === 0 ? top : this.#made(quotient(top, bottom));
  }

  #gathered(over: readonly Term[], under: readonly Term[]): Term {
    const [above, below]: [Powers, Powers] = [new Map(), new Map()];
    let share = unit;
    const scale = (by: Fraction | null): boolean => {
      const scaled = by === null ? null : fractionProduct(share, by);
      if (scaled !== null) share = scaled;
      return scaled !== null;
    };
    const raise = (side: Powers, base: Term, by: number): void => {
      const count = exactSum(side.get(base) ?? 0, by);
      if (count === null) side.set(this.#made(power(base, this.#number(by))), 1);
      else side.set(base, count);
    };
    const gather = (factor: Term, inverse: boolean): void => {
      const [first, second] = factor.operands;
      const side = inverse ? below : above;
      this.#work += 1;
      if (this.#work > mostWork) return raise(side, factor, 1);
      if (factor.kind === "number" && scale(inverse ? fraction(1, factor.value) : fraction(factor.value, 1))) return;
      if (factor.kind === "negative") {
        share = { ...share, over: -share.over };
        gather(first, inverse);
      } else if (factor.kind === "product" && factor.operands.length <= mostGathered) {
        for (const each of factor.operands) gather(each, inverse);
      } else if (factor.kind === "quotient" && (!inverse || this.#structures.isPositive(second))) {
        gather(first, inverse);
        gather(second, !inverse);
      } else if (factor.kind === "power" && isCount(second)) raise(side, first, second.value);
      else if (factor.kind === "power" && this.#structures.isPositive(first)) raise(side, ...this.#root(factor));
      else raise(side, factor, 1);
    };
    for (const factor of over) gather(factor, false);
    for (const factor of under) gather(factor, true);
    this.#cancel(above, below);
    for (const side of [above, below]) this.#cancelInverses(side);
    return this.#assembled(share, above, below);
  }

  /** What is above and below the line leaves it, unless with it goes the only sign of where there is no value. */
  #cancel(above: Powers, below: Powers): void {
    for (const [base, count] of above) {
      const against = below.get(base);
      if (against === undefined) continue;
      if (this.#structures.isPositive(base)) {
        const common = Math.min(count, against);
        setOrDelete(above, base, count - common);
        setOrDelete(below, base, against - common);
      } else if (count < against) {
        above.delete(base);
        below.set(base, against - count);
      }
    }
  }

  /** e^(2·x) as the square of e^x. */
  #root(term: Term): readonly [Term, number] {
    const known = this.#roots.get(term) ?? this.#rootOf(term);
    this.#roots.set(term, known);
    return known;
  }

  #rootOf(term: Term): readonly [Term, number] {
    const [base, exponent] = term.operands;
    const [{ over, under }, rest] = this.#split(exponent);
    if (under !== 1 || !Number.isSafeInteger(over) || Math.abs(over) < 2 || exponent.kind === "number") return [term, 1];
    return [this.#power(base, this.#scaled({ over: Math.sign(over), under }, rest)), Math.abs(over)];
  }

  /** e^x and e^(−x) side by side are 1. */
  #cancelInverses(side: Powers): void {
    for (const [term, count] of side) {
      const [base, exponent] = term.operands;
      if (term.kind !== "power" || !this.#structures.isPositive(base) || !this.#structures.isTotal(exponent)) continue;
      const inverse = this.#power(base, this.#negative(exponent));
      const common = Math.min(count, side.get(inverse) ?? 0);
      if (common === 0 || inverse === term) continue;
      setOrDelete(side, inverse, (side.get(inverse) ?? 0) - common);
      setOrDelete(side, term, count - common);
    }
  }

  /** −(t − 1) · … is (1 − t) · … */
  #withoutSign(share: Fraction, above: Powers): readonly [Fraction, Powers] {
    const isTaken = (base: Term): boolean =>
      base.kind === "sum" && this.#split(base.operands[base.operands.length - 1])[1].kind === "number";
    const flipped =
      share.over < 0 ? [...above].find(([base, count]) => count === 1 && isTaken(base) && this.#opposite(base).kind === "sum") : undefined;
    if (flipped === undefined) return [share, above];
    const entries = [...above].map(([base, count]) => [base === flipped[0] ? this.#opposite(base) : base, count] as const);
    return [{ ...share, over: -share.over }, new Map(entries)];
  }

  #assembled(given: Fraction, factors: Powers, below: Powers): Term {
    const [share, above] = this.#withoutSign(given, factors);
    const nothing = share.over === 0;
    if (
      nothing &&
      [...above.keys()].every((base) => this.#structures.isTotal(base)) &&
      [...below.keys()].every((base) => this.#structures.isPositive(base))
    )
      return this.#number(0);
    const top = this.#factors(Math.abs(share.over), above);
    const bottom = this.#factors(share.under, below);
    const isOne = bottom.kind === "number" && bottom.value === 1;
    // A root may have become a number, or the inverse of one.
    if (!isOne && top.kind === "quotient") return this.#product([this.#number(Math.sign(share.over)), top], [bottom]);
    const magnitude = isOne ? top : this.#made(quotient(top, bottom));
    return share.over >= 0 ? magnitude : this.#opposite(magnitude);
  }

  /** Numbers first, then what has a sign of its own, symbols and their powers, and the others as they came. */
  #factors(coefficient: number, powers: Powers): Term {
    const raised = [...powers].map(([base, count]) => this.#power(base, this.#number(count)));
    const isNew = [...powers.keys()].some((base, at) => base.kind !== "number" && raised[at].kind === "number");
    const factors = [
      ...(coefficient === 1 || raised.some(isZero) ? [] : [this.#number(coefficient)]),
      ...raised.toSorted((a, b) => rank(a) - rank(b)),
    ];
    if (factors.length > 1 && (isNew || raised.some(({ kind }) => kind === "quotient"))) return this.#product(factors, []);
    if (factors.some(isZero) && factors.every((factor) => this.#structures.isTotal(factor))) return this.#number(0);
    return factors.length === 0 ? this.#number(1) : factors.length === 1 ? factors[0] : this.#made(product(...factors));
  }

  #power(base: Term, exponent: Term): Term {
    const whole = exponent.kind === "number" && Number.isInteger(exponent.value) ? exponent.value : null;
    const plain = (): Term => this.#made(power(base, exponent));
    const [inner, above] = base.operands;
    // (e^x)^n is e^(n·x), since e^x is greater than 0.
    if (base.kind === "power" && exponent.kind === "number" && this.#structures.isPositive(inner) && whole !== 1 && whole !== 0)
      return this.#power(inner, this.#product([exponent, above], []));
    if (whole === null) return plain();
    if (whole === 1) return base;
    if (whole === 0) return this.#structures.isTotal(base) ? this.#number(1) : plain();
    if (whole < 0) return this.#product([], [this.#power(base, this.#number(-whole))]);
    if (base.kind === "number") {
      const worked = workedOut(base.value, whole);
      return worked === null ? plain() : this.#number(worked);
    }
    if (base.kind === "negative") return this.#product([...(whole % 2 === 0 ? [] : [this.#number(-1)]), this.#power(inner, exponent)], []);
    if (base.kind === "power" && isCount(above)) {
      const count = exactProduct(above.value, whole);
      return count === null ? plain() : this.#power(inner, this.#number(count));
    }
    if (base.kind === "quotient" && inner.kind === "number" && inner.value === 1) return this.#product([], [this.#power(above, exponent)]);
    return plain();
  }

  #tensors(kind: "elementwise" | "matrixProduct", operands: readonly Term[]): Term {
    let share = unit;
    const factors: Term[] = [];
    for (const operand of operands.flatMap((each) =>
      each.kind === kind && each.operands.length <= mostGathered ? each.operands : [each],
    )) {
      const [by, rest] = this.#split(operand);
      const scaled = fractionProduct(share, by);
      if (scaled !== null) share = scaled;
      const left = scaled === null ? operand : rest;
      if (left.kind === kind && left.operands.length <= mostGathered) factors.push(...left.operands);
      else if (left.kind !== "number" || left.value !== 1) factors.push(left);
      // A number among matrices is a matrix full of it.
      else if (kind === "matrixProduct") factors.push(this.#made(ones));
    }
    const together = kind === "elementwise" ? elementwise : matrixProduct;
    if (factors.length === 0) return this.#scaled(share, this.#number(1));
    const rest = factors.length === 1 ? factors[0] : this.#made(together(...factors));
    return share.over === 1 && share.under === 1 ? rest : this.#scaled(share, rest);
  }

  /** (A·B)ᵀ is Bᵀ·Aᵀ. */
  #transpose(of: Term): Term {
    const [share, rest] = this.#split(of);
    if (rest !== of) return this.#scaled(share, this.#transpose(rest));
    if (of.kind === "transpose") return of.operands[0];
    if (of.kind === "number" || of.kind === "constant") return of;
    if (of.kind !== "matrixProduct" || of.operands.length > mostGathered) return this.#made(transpose(of));
    return this.#tensors(of.kind, of.operands.map((each) => this.#transpose(each)).reverse());
  }

  #call(part: Term, operands: readonly Term[]): Term {
    const [first] = operands;
    const plain = this.#made(withOperands(part, operands));
    if (part.kind !== "call" || part.index !== null || operands.length !== 1) return plain;
    if (part.name === "abs") {
      if (first.kind === "number") return this.#number(Math.abs(first.value));
      if (first.kind === "negative") return this.#call(part, first.operands);
      return this.#structures.isPositive(first) ? first : plain;
    }
    if (first === this.#made(euler) && part.name === "ln") return this.#number(1);
    if (first.kind !== "number") return plain;
    const known = landmark(part.name, first.value);
    return known === undefined ? plain : this.#number(known);
  }
}
