import { describe, expect, test } from "vitest";
import { executable } from "../../src/run/execute.ts";
import { kernelSteps, plan } from "../../src/plan/plan.ts";
import { Session } from "../../src/run/session.ts";
import { account, openAccount } from "../../src/memory/account.ts";
import { Ledger } from "../../src/memory/ledger.ts";
import { input } from "../../src/ir/graph.ts";
import { tidyWorkspace, workspace } from "../../src/kernels/workspace.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { gemm } from "../../src/ops/linear/gemm.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { Problem } from "../../src/problems/problems.ts";
import { Random } from "../support/random.ts";
import { mlp, trainingStep } from "../support/training-steps.ts";

const never = (): boolean => false;
const filledWith = (value: number, size: number): Tensor => tensorOf("float64", [size], new Float64Array(size).fill(value));

describe("a session", () => {
  test("keeps what it updates, through the runs of other plans on the same thread", () => {
    const p = input({ dtype: "float64", shape: [100] });
    const x = input({ dtype: "float64", shape: [100] });
    using session = new Session(plan([p, x], [reduceSum(mul(p, x))], { updates: new Map([[p, add(p, x)]]) }));
    const other = executable(plan([x], [exp(x)]));
    session.run([filledWith(1, 100), filledWith(2, 100)]);
    for (let run = 0; run < 3; run++) {
      other([filledWith(0, 100)], never);
      session.run([null, filledWith(2, 100)]);
    }
    expect(session.read(0).data).toEqual(filledWith(9, 100).data);
  });

  test("an update may depend on what another one replaces", () => {
    const a = input({ dtype: "float64", shape: [50] });
    const b = input({ dtype: "float64", shape: [50] });
    // Fibonacci numbers: each new value is made from both old ones.
    using session = new Session(
      plan([a, b], [], {
        updates: new Map([
          [a, b],
          [b, add(a, b)],
        ]),
      }),
    );
    session.run([filledWith(0, 50), filledWith(1, 50)]);
    for (let run = 0; run < 9; run++) session.run([null, null]);
    expect([session.read(0).data[49], session.read(1).data[49]]).toEqual([55, 89]);
  });

  test("two values may change places", () => {
    const [a, b] = [input({ dtype: "float64", shape: [50] }), input({ dtype: "float64", shape: [50] })];
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const updates = new Map(order.map((value) => [value, value === a ? b : a]));
      using session = new Session(plan([a, b], [], { updates }));
      session.run([filledWith(1, 50), filledWith(2, 50)]);
      expect([session.read(0).data[7], session.read(1).data[7]]).toEqual([2, 1]);
    }
  });

  test("updates in place, without another buffer for what it replaces", () => {
    const p = input({ dtype: "float64", shape: [10_000] });
    const { arenaBytes, unsharedBytes } = plan([p], [], { updates: new Map([[p, sub(p, mul(p, 0.1))]]) });
    expect(arenaBytes).toBeLessThan(10_000 * 8 + 64);
    expect(unsharedBytes).toBeGreaterThan(3 * 10_000 * 8);
  });

  test("descends as its steps written out do", () => {
    const { plan: step, feeds, parameters } = trainingStep(mlp(20, 16, 8), "float64");
    using session = new Session(step);
    const kept = feeds.map((feed, at) => (at < 2 ? feed : null));
    const losses = [session.run(feeds).wanted[0].data[0]];
    for (let run = 1; run < 200; run++) losses.push(session.run(kept).wanted[0].data[0]);
    expect(losses[199]).toBeLessThan(0.5 * losses[0]);
    // The same from the numbers that the session has now.
    const now = Array.from({ length: parameters }, (_, at) => session.read(at + 2)).map((tensor) => ({
      ...tensor,
      data: tensor.data.slice(),
    }));
    const next = session.run(kept).wanted[0].data[0];
    using fresh = new Session(step);
    expect(fresh.run([feeds[0], feeds[1], ...now]).wanted[0].data[0]).toBe(next);
  });

  test("updates a weight by its gradient in one step, to the same bits", () => {
    const { plan: step } = trainingStep(mlp(40, 32, 16), "float32");
    const products = kernelSteps(step).filter(({ op }) => op.accumulates !== undefined);
    expect(products.map(({ node }) => node.attributes.alpha)).toEqual([1, 1, 1, -Math.fround(0.05), -Math.fround(0.05)]);
    const random = new Random(3);
    const [w, x, g] = [
      [32, 40],
      [16, 40],
      [16, 32],
    ].map((shape) => input({ dtype: "float32", shape }));
    const feeds = [w, x, g].map(({ shape }) => random.tensor("float32", shape));
    const gradient = gemm(g, x, null, { transA: true });
    const joined = executable(plan([w, x, g], [sub(w, mul(gradient, 0.3))]))(feeds, never).wanted[0];
    // Wanted for its own sake, the gradient stays apart.
    const apart = executable(plan([w, x, g], [sub(w, mul(gradient, 0.3)), gradient]))(feeds, never).wanted[0];
    expect(joined.data).toEqual(apart.data);
  });

  test("memory that cannot be had is a problem, and the thread goes on", () => {
    const p = input({ dtype: "float64", shape: [2 ** 29] });
    const huge = plan([p], [reduceSum(exp(p))]);
    expect(() => new Session(huge)).toThrow(Problem);
    const x = input({ dtype: "float64", shape: [64] });
    expect(executable(plan([x], [exp(x)]))([zeros("float64", [64])], never).wanted[0].data[0]).toBe(1);
  });
});

describe("the memory of a thread", () => {
  test("does not grow over 100,000 runs of many plans", () => {
    const calls = [40, 200, 1000].map((size) => {
      const x = input({ dtype: "float64", shape: [size] });
      return { run: executable(plan([x], [mul(exp(x), x)])), feeds: [filledWith(0.5, size)] };
    });
    const some = (count: number): void => {
      for (let at = 0; at < count; at++) {
        const { run, feeds } = calls[at % 3];
        run(feeds, never);
      }
    };
    some(1000);
    const before = workspace().memory.buffer.byteLength;
    some(100_000);
    expect(workspace().memory.buffer.byteLength).toBe(before);
  });

  test("is kept while it is small, and given back when it has grown, before the account is", () => {
    const ledger = Ledger.of(2 ** 30, 1);
    const terms = { ledger, place: 0, share: 2 ** 20, heapBytes: 2 ** 30, patience: { ms: 0, most: 0, evenHolding: false } };
    tidyWorkspace(0);
    openAccount({ ...terms, tidy: () => tidyWorkspace(2 ** 19) });
    const x = input({ dtype: "float64", shape: [2 ** 23] });
    const call = executable(plan([x], [reduceSum(add(reduceSum(x), mul(exp(x), x)))]));
    const freed: boolean[] = [];
    const registry = new FinalizationRegistry(() => freed.push(true));
    account().within(() => {
      registry.register(workspace().memory, null);
      call([zeros("float64", [2 ** 23])], never);
      expect(ledger.used).toBeGreaterThanOrEqual(2 ** 26);
    });
    expect(ledger.used).toBe(0);
    const small = workspace();
    account().within(() => small.borrow(2 ** 18));
    account().within(() => account().charge(2 ** 21));
    expect(workspace()).toBe(small);
    expect(small.grown).toBeGreaterThan(0);
    return expect.poll(() => freed).toEqual([true]);
  });

  test("holds what is set aside apart, and uses it again", () => {
    const space = workspace();
    const [a, b] = [space.hold(1000), space.hold(1000)];
    expect(b.address).toBeGreaterThanOrEqual(a.address + 1000);
    a.release();
    const c = space.hold(500);
    expect(c.address).toBe(a.address);
    expect(space.borrow(10)).toBeGreaterThanOrEqual(b.address + 1000);
    b.release();
    c.release();
    expect(space.borrow(10)).toBe(a.address);
  });
});
