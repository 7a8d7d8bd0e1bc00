/** The engine as the benches use it: the one place that knows how its plans are made and run. */
import { Compiler } from "../../src/program/compiler.ts";
import { CrewHost } from "../../src/workers/crew-host.ts";
import { LeadingCrew } from "../../src/workers/crew.ts";
import { reverse } from "../../src/autodiff/reverse.ts";
import { differentiate } from "../../src/compute/differentiate.ts";
import type { Executable } from "../../src/run/executable.ts";
import { executable } from "../../src/run/execute.ts";
import { decodeGiven, feedsOf, merged } from "../../src/program/feeds.ts";
import { plan } from "../../src/plan/plan.ts";
import { Registry } from "../../src/program/registry.ts";
import { Session } from "../../src/run/session.ts";
import { ThreadBudget, threadsInUse } from "../../src/workers/thread-budget.ts";
import { input, type Value } from "../../src/ir/graph.ts";
import { multiply } from "../../src/kernels/matmul.ts";
import { placesBy } from "../../src/kernels/matrix.ts";
import { workspace } from "../../src/kernels/workspace.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { matMul } from "../../src/ops/linear/mat-mul.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import type { ProgramSource } from "../../src/program/source.ts";
import { asBase64, type Training } from "./networks.ts";
import { type Trainer, trainer } from "./trainer.ts";

const never = (): boolean => false;
const limits = { ...defaultLimits, nodes: 2 ** 24 };
// Nothing here is registered, so the folder is never looked at.
const compiler = new Compiler(new Registry("graphs"), limits);

const crews = new Map<number, LeadingCrew>();

/** From now on this thread computes with so many threads. */
export function useThreads(threads: number): void {
  const space = workspace();
  let crew = crews.get(threads);
  if (crew === undefined && threads > 1) {
    const budget = new ThreadBudget(threadsInUse(threads), 0);
    budget.enter();
    crew = new LeadingCrew(threads, budget, {
      recruit: (link) => void new CrewHost(link),
      dismiss: () => undefined,
    });
    crews.set(threads, crew);
  }
  space.crew = crew ?? null;
}

/** The kernel alone, on matrices that lie where plans place them. */
export function productByKernel(size: number, left: Tensor, right: Tensor): () => Tensor {
  const bytes = 3 * left.data.byteLength;
  const { space, address } = workspace().hold(bytes);
  const [a, b, c] = [0, 1, 2].map((at) => space.tensorAt(address + at * left.data.byteLength, left));
  a.data.set(left.data);
  b.data.set(right.data);
  const matrix = ({ data }: Tensor) => ({ data, offset: 0, rows: placesBy(size, size), columns: placesBy(1, size) });
  const [first, second, out] = [a, b, c].map(matrix);
  return () => {
    multiply(first, second, out);
    return c;
  };
}

/** The same product as a graph of one node, planned and made callable, the operands fed on every run. */
export function productByPlan(left: Tensor, right: Tensor): () => Tensor {
  const [a, b] = [input(left), input(right)];
  const run = executable(plan([a, b], [matMul(a, b)]));
  return () => run([left, right], never).wanted[0];
}

/** A training step as one graph: forward, backward, and each parameter's next value, which stays where the parameter was. */
export function adjointTrainer(training: Training, threads: number): Trainer {
  const { network, learningRate, labels, parameters } = training;
  const given = merged([
    decodeGiven({ input: asBase64(training.input), target: labels }, ["inputs"], limits),
    decodeGiven(Object.fromEntries([...parameters].map(([name, tensor]) => [name, asBase64(tensor)])), ["parameters"], limits),
  ]);
  const program = compiler.compile({ kind: "network", source: network as Extract<ProgramSource, { kind: "network" }>["source"] }, given, {
    seed: 0,
  });
  const { objective, gradients } = differentiate(program, {
    of: undefined,
    wrt: [...parameters.keys()],
    parts: ["gradients"],
    cotangent: false,
  });
  const gradientOf = new Map(gradients.map(({ name, value }) => [name, value]));
  const updates = new Map<Value, Value>();
  for (const { name, value } of program.inputs) {
    const gradient = gradientOf.get(name);
    if (gradient !== undefined) updates.set(value, sub(value, mul(gradient, learningRate)));
  }
  const fed = program.inputs.map(({ value }) => value);
  const session = new Session(plan(fed, [objective.value], { updates }));
  const first = feedsOf(program, given);
  const later = fed.map((value, at) => (updates.has(value) ? null : first[at]));
  let feeds: readonly (Tensor | null)[] = first;
  return trainer(
    `Adjoint, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
    () => {
      const { wanted } = session.run(feeds);
      feeds = later;
      return wanted[0].data[0];
    },
    () => useThreads(threads),
  );
}

/** An expression's gradients with respect to its one input, as an executable and the value to feed. */
export function gradientOfExpression(source: string, x: number): () => number {
  const given = decodeGiven({ x }, ["inputs"], limits);
  const program = compiler.compile({ kind: "expression", source }, given, { seed: 0 });
  const { gradients } = differentiate(program, { of: undefined, wrt: undefined, parts: ["gradients"], cotangent: false });
  const wanted = [program.outputs[0].value, gradients[0].value];
  const run: Executable = executable(
    plan(
      program.inputs.map(({ value }) => value),
      wanted,
    ),
  );
  const feeds = feedsOf(program, given);
  return () => run(feeds, never).wanted[1].data[0];
}

export interface PlannedChain {
  /** The gradient of the product with respect to x. */
  readonly run: () => number;
  readonly arenaBytes: number;
}

/** y = x · x · x …, so many times, with its gradient, at a given x: no step of either way follows from constants. */
export function plannedChain(length: number, at: number): PlannedChain {
  const x = input({ dtype: "float64", shape: [] });
  let y = x;
  for (let node = 0; node < length; node++) y = mul(y, x);
  const gradient = reverse([y], [filled(1, y)]).gradientOf(x);
  if (gradient === null) throw new Error("no gradient flows back to x");
  const planned = plan([x], [y, gradient]);
  const run = executable(planned);
  const feeds = [tensorOf("float64", [], [at])];
  return { run: () => run(feeds, never).wanted[1].data[0], arenaBytes: planned.arenaBytes };
}
