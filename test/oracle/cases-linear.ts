import type { Random } from "../support/random.ts";
import { broadcastable, floats, numbers, type OracleTable, some } from "./cases.ts";

export const linear: OracleTable = {
  Einsum: {
    elements: ["float32", "float64", "int32", "int64"],
    make: (random, element) => {
      const { equation, shapes } = random.chance(0.5) ? knownEquation(random) : randomEquation(random);
      return { inputs: shapes.map((shape) => random.tensor(element, shape)), attributes: { equation } };
    },
    cases: 60,
  },
  Gemm: {
    elements: floats,
    make: (random, element) => {
      const [rows, inner, columns] = [random.integer(1, 5), random.integer(1, 5), random.integer(1, 5)];
      const attributes = some(random, {
        alpha: random.integer(-4, 8) / 4,
        beta: random.integer(-4, 8) / 4,
        transA: random.pick([0, 1]),
        transB: random.pick([0, 1]),
      });
      const a = attributes.transA === 1 ? [inner, rows] : [rows, inner];
      const b = attributes.transB === 1 ? [columns, inner] : [inner, columns];
      const c = random.pick([null, [], [1], [columns], [1, columns], [rows, 1], [rows, columns], [1, 1]]);
      return { inputs: [random.tensor(element, a), random.tensor(element, b), c === null ? null : random.tensor(element, c)], attributes };
    },
    cases: 40,
  },
  MatMul: {
    elements: numbers,
    make: (random, element) => {
      const [rows, inner, columns] = [random.integer(1, 5), random.integer(random.chance(0.1) ? 0 : 1, 5), random.integer(1, 5)];
      // The oracle does not broadcast batches of none.
      const [left, right] = broadcastable(random, 2, [0, 2]).map((batch) => batch.map((size) => Math.max(size, 1)));
      const a = random.chance(0.2) ? [inner] : [...left, rows, inner];
      const b = random.chance(0.2) ? [inner] : [...right, inner, columns];
      return { inputs: [random.tensor(element, a), random.tensor(element, b)] };
    },
    cases: 40,
  },
};

/** Equations that people write, with sizes for their letters. */
function knownEquation(random: Random): { equation: string; shapes: number[][] } {
  const equation = random.pick([
    "ij,jk->ik",
    "bij,bjk->bik",
    "ij->ji",
    "ij->",
    "ij->i",
    "ii->i",
    "ii->",
    "i,j->ij",
    "i,i->",
    "bhqd,bhkd->bhqk",
    "ij,jk",
    "ba",
    "i,i,i->i",
    "ij,jk,kl->il",
    " i j , j k -> i k ",
    "...ij,...jk->...ik",
    "...i->...",
    "i...->...i",
    "...ij->...ji",
    "...,...->...",
  ]);
  const sizes = new Map<string, number>();
  const broadcast = random.shape([0, 2]);
  const [inputs] = equation.split("->");
  const shapes = inputs.split(",").map((term) => {
    const letters = term.replaceAll(" ", "");
    const [before, after] = letters.split("...");
    const sized = (text: string): number[] => Array.from(text, (letter) => sizeOfLetter(random, sizes, letter));
    return after === undefined
      ? sized(before)
      : [...sized(before), ...broadcast.map((size) => (random.chance(0.2) ? 1 : size)), ...sized(after)];
  });
  return { equation, shapes };
}

/** Any letters, repeated ones within a term included; the output takes some of them in any order. */
function randomEquation(random: Random): { equation: string; shapes: number[][] } {
  const sizes = new Map<string, number>();
  const terms = Array.from({ length: random.integer(1, 3) }, () => random.shape([0, 3], [0, 4]).map((letter) => "abcde"[letter]));
  const letters = [...new Set(terms.flat())];
  const output = random.shuffled(letters).slice(0, random.integer(0, Math.min(4, letters.length)));
  const inputs = terms.map((term) => term.join("")).join(",");
  const shapes = terms.map((term) => term.map((letter) => sizeOfLetter(random, sizes, letter)));
  // Without an arrow, the output has the letters that stand once, in the alphabet's order.
  return { equation: random.chance(0.2) ? inputs : `${inputs}->${output.join("")}`, shapes };
}

function sizeOfLetter(random: Random, sizes: Map<string, number>, letter: string): number {
  const size = sizes.get(letter) ?? random.integer(1, 3);
  sizes.set(letter, size);
  return size;
}
