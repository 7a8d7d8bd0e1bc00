import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bindChain, compileChain, type Instruction, instructions, runChain } from "../../src/kernels/chain.ts";
import { builds, type Build } from "../../src/kernels/wasm/modules.ts";
import { erf } from "../../src/kernels/special.ts";
import { addressOf, workspace } from "../../src/kernels/workspace.ts";
import { tensorOf } from "../../src/tensor/tensor.ts";
import { draws, specials } from "./numbers.ts";
import { inShares, Stage } from "./stage.ts";

type Float = "float32" | "float64";
type Name = "exp" | "expm1" | "log" | "log1p" | "tanh" | "sigmoid" | "softplus" | "erf" | "pow";

interface Golden {
  readonly operands: readonly Float64Array[];
  /** Rounded to doubles, and what that lost. */
  readonly results: Float64Array;
  readonly lost: Float64Array;
}

function goldenOf(name: Name): Golden {
  const all = JSON.parse(readFileSync(new URL("../goldens/kernel_math.json", import.meta.url), "utf8")) as Record<
    Name,
    { operands: string[]; results: string; lost: string }
  >;
  const decode = (text: string): Float64Array => new Float64Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
  const { operands, results, lost } = all[name];
  return { operands: operands.map(decode), results: decode(results), lost: decode(lost) };
}

/** One instruction over numbers, as the kernels of a build compute it. */
function compute(
  instruction: Instruction,
  dtype: Float,
  operands: readonly ArrayLike<number>[],
  build: Build,
): Float32Array | Float64Array {
  const stage = new Stage();
  const shape = [operands[0].length];
  const inputs = operands.map((numbers) => stage.copy(tensorOf(dtype, shape, numbers)));
  const output = stage.empty({ dtype, shape });
  const steps = [{ instruction, operands: inputs.map((_, input) => ({ input })) }];
  const chain = compileChain({ dtype, shape, inputs, steps, outputs: [0], watched: [] });
  const bound = bindChain(chain, inputs.map(addressOf), [addressOf(output)], 0);
  inShares(build, 1, () => runChain(workspace(), bound));
  return output.data.slice() as Float32Array | Float64Array;
}

/** The distance between neighbours of a number, among those with so many bits after the first, the least exponent being given. */
function unitOf(number: number, bits: number, least: number): number {
  let exponent = Math.max(Math.floor(Math.log2(Math.abs(number))), least);
  if (exponent > least && 2 ** exponent > Math.abs(number)) exponent--;
  return Number.isFinite(exponent) ? 2 ** Math.max(exponent - bits, least - bits) : 2 ** (least - bits);
}

/** Most units in the last place that a result may be off. */
const bounds: Readonly<Record<Name, { readonly float64: number; readonly float32: number }>> = {
  exp: { float64: 1, float32: 0.51 },
  expm1: { float64: 2, float32: 0.52 },
  log: { float64: 0.9, float32: 0.51 },
  log1p: { float64: 0.9, float32: 0.51 },
  tanh: { float64: 2, float32: 0.52 },
  sigmoid: { float64: 2, float32: 0.51 },
  softplus: { float64: 2, float32: 0.51 },
  erf: { float64: 1.2, float32: 0.57 },
  pow: { float64: 1, float32: 0.51 },
};

/** In doubles, to a thousandth of a unit of float32. */
const inDoubles: Readonly<Record<Name, (x: number, y: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  erf,
  // As in C, where JavaScript has NaN.
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
};

const near = { float64: 6e-16, float32: 1.2e-7 };
const least = { float64: 1e-323, float32: 2e-45 };

const names = Object.keys(bounds) as Name[];

describe.each(builds)("the functions of the build %s", (build) => {
  test.each(names)("%s in float64 is as close to sixty digits as it says", (name) => {
    const { operands, results, lost } = goldenOf(name);
    const got = compute(name, "float64", operands, build);
    const off = got.map((y, at) => Math.abs(y - results[at] - lost[at]) / unitOf(results[at], 52, -1022));
    expect(Math.max(...off)).toBeLessThanOrEqual(bounds[name].float64);
    expect(got).toHaveLength(400);
  });

  test.each(names)("%s in float32 is as close to doubles as it says", (name) => {
    const count = 20_000;
    const any = new Float32Array(Int32Array.from(draws(3, count, -(2 ** 31), 2 ** 31)).buffer);
    const [small, large, exponents] = [draws(4, count, -4, 4), draws(5, count, -110, 110), draws(6, count, -104, 89)];
    const x = any.map((number, at) => [number, small[at], number, large[at]][at % 4]);
    if (name === "pow") x.forEach((number, at) => (x[at] = Math.abs(number)));
    const y = Float32Array.from(x, (base, at) => (at % 3 === 0 ? small[at] : exponents[at] / Math.log(base)));
    const got = compute(name, "float32", [x, y].slice(0, instructions[name].operands.length), build);
    let worst = 0;
    got.forEach((result, at) => {
      const wanted = inDoubles[name](x[at], y[at]);
      const rounded = Math.fround(wanted);
      if (!Number.isFinite(rounded)) expect(result).toBe(rounded);
      else worst = Math.max(worst, Math.abs(result - wanted) / unitOf(rounded, 23, -126));
    });
    expect(worst).toBeLessThanOrEqual(bounds[name].float32);
  });

  test.each(names)("%s of special numbers", (name) => {
    const numbers = [...specials, -0.25, 2, 3, -3, 2 ** 60, 2 ** 53 + 2, 1023, -1075];
    const x = numbers.flatMap((number) => numbers.map(() => number));
    const y = numbers.flatMap(() => numbers);
    for (const dtype of ["float64", "float32"] as const) {
      const asStored = (values: readonly number[]): number[] => (dtype === "float32" ? values.map(Math.fround) : [...values]);
      const operands = [asStored(x), asStored(y)];
      const got = compute(name, dtype, operands.slice(0, instructions[name].operands.length), build);
      got.forEach((result, at) => {
        const [a, b] = [operands[0][at], operands[1][at]];
        const wanted = asStored([inDoubles[name](a, b)])[0];
        const label = `${name}(${a}, ${b}) in ${dtype}`;
        // A zero may have come from the smallest number, or the other way round, but it has the right sign.
        if (!Number.isFinite(wanted) || (wanted === 0 && result === 0)) expect(result, label).toBe(wanted);
        else expect(Math.abs(result - wanted), label).toBeLessThanOrEqual(near[dtype] * Math.abs(wanted) + least[dtype]);
      });
    }
  });
});
