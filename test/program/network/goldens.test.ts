import { describe, expect, test } from "vitest";
import type { z } from "zod";
import "../../support/close.ts";
import { reverse } from "../../../src/autodiff/reverse.ts";
import { add } from "../../../src/ops/arithmetic/add.ts";
import { mul } from "../../../src/ops/arithmetic/mul.ts";
import { filled } from "../../../src/ops/shape/expand.ts";
import { reduceSum } from "../../../src/ops/reduction/reduce-sum.ts";
import type { Value } from "../../../src/ir/graph.ts";
import { layers } from "../../../src/program/network/layers.ts";
import { losses } from "../../../src/program/network/losses.ts";
import { compiled, constantOf, expected, type Golden, goldens, named, run } from "./support.ts";

const near = { relative: 1e-9, absolute: 1e-9 };

const gradientOr0 = (gradient: Value | null, of: Value): Value => gradient ?? filled(0, of);

describe.each(["networks", "layers"] as const)("%s.json", (file) => {
  test.each(goldens(file).cases.map((golden) => [golden.name, golden] as const))("%s", (_, golden: Golden) => {
    const { program, feeds } = compiled(golden.network, golden);
    const output = named(program.outputs, "output");
    const loss = named(program.outputs, "loss");
    const seed = golden.cotangent === undefined ? filled(1, loss) : constantOf(golden.cotangent);
    const backward = reverse([loss], [seed]);
    const names = Object.keys(golden.gradients);
    const gradients = names.map((name) => {
      const value = named(program.inputs, name);
      return gradientOr0(backward.gradientOf(value), value);
    });
    const [ofOutput, ofLoss, ...rest] = run([output, loss, ...gradients], feeds);
    expect(ofOutput).toBeNear(expected(golden.output), near);
    expect(ofLoss).toBeNear(expected(golden.loss), near);
    names.forEach((name, at) => expect(rest[at], `gradient of ${name}`).toBeNear(expected(golden.gradients[name]), near));
  });
});

describe("the goldens", () => {
  const used = (["networks", "layers"] as const)
    .flatMap((file) => goldens(file).cases)
    .flatMap(({ network }) => [...network.layers, network.loss].filter((source) => source !== undefined && source !== null));

  /** What nothing depends on, what may only be its default, and what is random: judged elsewhere or not at all. */
  const others: Readonly<Record<string, readonly string[]>> = {
    "": ["type", "name", "inplace", "return_indices"],
    ConvTranspose1d: ["padding_mode"],
    ConvTranspose2d: ["padding_mode"],
    ConvTranspose3d: ["padding_mode"],
    Embedding: ["max_norm", "norm_type", "scale_grad_by_freq", "sparse"],
    RNN: ["dropout"],
    LSTM: ["dropout", "proj_size"],
    GRU: ["dropout"],
  };

  test.each([...layers, ...losses].map(({ type, schema }) => [type, schema.shape] as const))(
    "give every argument of %s something else than its default",
    (type, shape) => {
      const own = used.filter((source) => source.type === type) as readonly Readonly<Record<string, unknown>>[];
      expect(own).not.toEqual([]);
      const untouched = Object.entries<z.ZodType>(shape).filter(([name, argument]) => {
        const fallback = JSON.stringify(argument.safeParse(undefined).data);
        return own.every((source) => source[name] === undefined || JSON.stringify(source[name]) === fallback);
      });
      expect(untouched.map(([name]) => name).filter((name) => ![...others[""], ...(others[type] ?? [])].includes(name))).toEqual([]);
    },
  );
});

describe("Hessian-vector products", () => {
  test.each(goldens("layers").second_order.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const { program, feeds } = compiled(golden.network, golden);
    const loss = named(program.outputs, "loss");
    const names = Object.keys(golden.gradients);
    const values = names.map((name) => named(program.inputs, name));
    const first = reverse([loss], [filled(1, loss)]);
    const gradients = values.map((value) => gradientOr0(first.gradientOf(value), value));
    const slope = names
      .map((name, at) => reduceSum(mul(gradients[at], constantOf(golden.tangent[name])), { keepdims: false }))
      .reduce((sum, term) => add(sum, term));
    const second = reverse([slope], [filled(1, slope)]);
    const products = values.map((value) => gradientOr0(second.gradientOf(value), value));
    const results = run([...gradients, ...products], feeds);
    names.forEach((name, at) => {
      expect(results[at], `gradient of ${name}`).toBeNear(expected(golden.gradients[name]), near);
      expect(results[names.length + at], `product of ${name}`).toBeNear(expected(golden.hvp[name]), near);
    });
  });
});
