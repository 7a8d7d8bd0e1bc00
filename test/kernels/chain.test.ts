import fc, { type GeneratorValue } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bindChain,
  type Chain,
  type ChainOperand,
  type ChainInstruction,
  compileChain,
  type Instruction,
  instructions,
  runChain,
} from "../../src/kernels/chain.ts";
import { broadcastPlaces } from "../../src/kernels/elementwise.ts";
import { type Build, builds } from "../../src/kernels/wasm/modules.ts";
import { addressOf, workspace } from "../../src/kernels/workspace.ts";
import { sizeOf, type Shape } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf, type TensorType, zeros } from "../../src/tensor/tensor.ts";
import { draws, specials } from "./numbers.ts";
import { inShares, Stage } from "./stage.ts";

/** JavaScript's own word for the instructions that must equal it to the last bit. */
const reference: Partial<Record<Instruction, (...operands: number[]) => number>> = {
  copy: (x) => x,
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (x) => (Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  square: (x) => x * x,
  isnan: (x) => Number(Number.isNaN(x)),
  isinf: (x) => Number(Math.abs(x) === Infinity),
  not: (x) => 1 - x,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  eq: (a, b) => Number(a === b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  where: (condition, a, b) => (condition === 0 ? b : a),
};

type Float = Chain["dtype"];

/** Runs a chain over tensors of the stage; one flag per watched step comes with the outputs. */
function run(
  stage: Stage,
  chain: Chain,
  inputs: readonly Tensor[],
  parts: number,
  build: Build = builds[0],
): { outputs: Tensor[]; flags: number[] } {
  const resultOf = (step: number): TensorType["dtype"] =>
    instructions[chain.steps[step].instruction].result === "bool" ? "bool" : chain.dtype;
  const outputs = chain.outputs.map((step, at) => stage.empty({ dtype: resultOf(step), shape: chain.shape }, at % 3));
  const flags = stage.empty({ dtype: "int32", shape: [chain.watched.length] });
  flags.data.fill(0);
  const bound = bindChain(compileChain(chain), inputs.map(addressOf), outputs.map(addressOf), addressOf(flags));
  inShares(build, parts, () => runChain(workspace(), bound));
  return { outputs, flags: [...flags.data] };
}

/** A shape of up to four axes, some longer than a block. */
function shapeBy(gen: GeneratorValue): Shape {
  const shape = gen(fc.array, fc.integer({ min: 1, max: 6 }), { maxLength: 4 });
  const long = gen(fc.constantFrom, 1, 1, 13, 64, 1100, 2307);
  const at = gen(fc.nat, shape.length);
  return sizeOf(shape) * long > 40_000 ? shape : [...shape.slice(0, at), long, ...shape.slice(at)];
}

/** A shape that broadcasts to `shape`. */
function narrowed(gen: GeneratorValue, shape: Shape): Shape {
  const kept = shape.map((size) => (gen(fc.integer, { min: 0, max: 2 }) === 0 ? 1 : size));
  const first = kept.findIndex((size) => size !== 1);
  return gen(fc.boolean) ? kept : kept.slice(first < 0 ? kept.length : first);
}

function inputBy(gen: GeneratorValue, stage: Stage, dtype: TensorType["dtype"], shape: Shape): Tensor {
  const seed = gen(fc.nat, 1_000_000);
  const numbers = dtype === "bool" ? draws(seed, sizeOf(shape), 0, 2).map(Math.floor) : draws(seed, sizeOf(shape), -3, 3);
  if (dtype !== "bool") for (let i = seed % 5; i < numbers.length; i += 7) numbers[i] = specials[(seed + i) % specials.length];
  return stage.copy(tensorOf(dtype, shape, numbers), gen(fc.nat, 3));
}

const names = Object.keys(instructions) as Instruction[];

/** A random chain, and inputs for it. */
function chainBy(gen: GeneratorValue, stage: Stage): { chain: Chain; inputs: Tensor[] } {
  const dtype = gen(fc.constantFrom<Float[]>, "float32", "float64");
  const shape = shapeBy(gen);
  const kinds = [dtype, "bool" as const, ...gen(fc.array, fc.constantFrom(dtype, dtype, "bool" as const), { maxLength: 3 })];
  const inputs = kinds.map((kind) => inputBy(gen, stage, kind, gen(fc.boolean) ? shape : narrowed(gen, shape)));
  const steps: ChainInstruction[] = [];
  const resultOf = (step: number): string => instructions[steps[step].instruction].result;
  const count = gen(fc.integer, { min: 1, max: 12 });
  while (steps.length < count) {
    const instruction: Instruction = gen(fc.constantFrom, ...names);
    const operands = instructions[instruction].operands.map((kind): ChainOperand => {
      const choices: ChainOperand[] = inputs.flatMap((input, at) =>
        (input.dtype === "bool") === (kind === "bool") ? [{ input: at }] : [],
      );
      choices.push(...steps.flatMap((_, step) => (resultOf(step) === kind ? [{ step }, { step }] : [])));
      if (kind === "number") choices.push({ number: gen(fc.constantFrom, 0, 1, -0.5, 0.1, -0, 2) });
      return choices[gen(fc.nat, choices.length - 1)];
    });
    steps.push({ instruction, operands });
  }
  const some = gen(fc.subarray, [...steps.keys()]);
  const outputs = [...new Set([...some, steps.length - 1])];
  return { chain: { dtype, shape, inputs, steps, outputs, watched: gen(fc.subarray, [...steps.keys()]) }, inputs };
}

/** The results of all steps, each run as a chain of its own over whole tensors. */
function stepByStep(stage: Stage, { dtype, shape, steps }: Chain, inputs: readonly Tensor[]): Tensor[] {
  const results: Tensor[] = [];
  for (const { instruction, operands } of steps) {
    const read: Tensor[] = [];
    const own = operands.map((operand): ChainOperand => {
      if ("number" in operand) return operand;
      return { input: read.push("input" in operand ? inputs[operand.input] : results[operand.step]) - 1 };
    });
    const chain: Chain = { dtype, shape, inputs: read, steps: [{ instruction, operands: own }], outputs: [0], watched: [] };
    results.push(run(stage, chain, read, 1).outputs[0]);
  }
  return results;
}

/** What JavaScript makes of one instruction, from operands broadcast to the shape. */
function byReference(instruction: Instruction, dtype: Float, shape: Shape, operands: readonly Tensor[]): Tensor {
  const out = zeros(instructions[instruction].result === "bool" ? "bool" : dtype, shape);
  const places = broadcastPlaces(
    operands.map((operand) => operand.shape),
    shape,
  );
  const f = reference[instruction];
  if (f === undefined) throw new Error(`${instruction} has no reference`);
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(...places.next().map((place, k) => operands[k].data[place]));
  return out;
}

describe("chains", () => {
  test.each(Object.keys(reference) as Instruction[])("%s is JavaScript's, under broadcasting", (instruction) => {
    fc.assert(
      fc.property(fc.gen(), fc.constantFrom<Float[]>("float32", "float64"), fc.constantFrom(...builds), (gen, dtype, build) => {
        const stage = new Stage();
        const shape = shapeBy(gen);
        const { operands } = instructions[instruction];
        const read = operands.map((kind) => inputBy(gen, stage, kind === "bool" ? "bool" : dtype, narrowed(gen, shape)));
        const steps = [{ instruction, operands: read.map((_, input) => ({ input })) }];
        const { outputs } = run(stage, { dtype, shape, inputs: read, steps, outputs: [0], watched: [] }, read, 1, build);
        expect(outputs[0].data).toEqual(byReference(instruction, dtype, shape, read).data);
        expect(stage.isIntact()).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test.each(["float32", "float64"] as const)("the greater of %s and zero is JavaScript's, on either side", (dtype) => {
    const stage = new Stage();
    const x = stage.copy(tensorOf(dtype, [specials.length], specials));
    const operands = [{ input: 0 }, { number: 0 }];
    const steps = [operands, operands.toReversed()].map((each) => ({ instruction: "max" as const, operands: each }));
    const { outputs } = run(stage, { dtype, shape: x.shape, inputs: [x], steps, outputs: [0, 1], watched: [] }, [x], 1);
    for (const { data } of outputs) expect([...data]).toEqual(Array.from(x.data, (number) => Math.max(number, 0)));
  });

  test("give the bits of their steps one by one, in any number of shares, and find what is not finite", () => {
    fc.assert(
      fc.property(fc.gen(), fc.constantFrom(1, 2, 3, 5), (gen, parts) => {
        const stage = new Stage();
        const { chain, inputs } = chainBy(gen, stage);
        const { outputs, flags } = run(stage, chain, inputs, parts);
        const steps = stepByStep(stage, chain, inputs);
        chain.outputs.forEach((step, at) => expect(outputs[at].data).toEqual(steps[step].data));
        chain.watched.forEach((step, at) => expect(flags[at]).toBe(Number(!steps[step].data.every(Number.isFinite))));
        expect(stage.isIntact()).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
