import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { productByKernel, productByPlan, useThreads } from "./adjoint.ts";
import type { Bench } from "./bench.ts";
import { blockedProduct } from "./blocked.ts";
import { type JaxArray, jaxJs, toJax } from "./jax-js.ts";
import { asyncContender, type Contender, contender, digits, interleaved, median, type Pace, ratio, table, type Timing } from "./measure.ts";
import type { FloatName } from "./networks.ts";
import { OnnxModel, toOrt } from "./onnx.ts";
import { tensorflow } from "./tfjs.ts";

const sizes = [16, 64, 256, 512, 1024];

const matrix = (dtype: FloatName, size: number, phase: number): Tensor =>
  tensorOf(
    dtype,
    [size, size],
    Array.from({ length: size * size }, (_, at) => Math.sin(phase + 12.9898 * at)),
  );

/** A contender whose product has been compared with the first one's. */
async function checked(
  name: string,
  product: () => ArrayLike<number> | Promise<ArrayLike<number>>,
  expected: ArrayLike<number>,
  tolerance: number,
) {
  const found = await product();
  let worst = 0;
  for (let at = 0; at < expected.length; at++) {
    const error = Math.abs(found[at] - expected[at]);
    if (!(error <= worst)) worst = error;
  }
  if (!(worst <= tolerance)) throw new Error(`${name} is wrong by ${worst}`);
}

async function contenders(dtype: FloatName, size: number): Promise<Contender[]> {
  const [left, right] = [matrix(dtype, size, 1), matrix(dtype, size, 2)];
  const [a, b] = [left.data, right.data] as [Float32Array, Float32Array];
  const kernel = productByKernel(size, left, right);
  const planned = productByPlan(left, right);
  const own = tensorOf(dtype, [size, size], []);
  const blocked = (): void => blockedProduct(size, a, b, own.data as Float32Array);
  const jax = await jaxJs();
  const [x, y] = [toJax(jax, left), toJax(jax, right)];
  const compiled = jax.jit((p: JaxArray, q: JaxArray) => jax.numpy.matmul(p, q));
  const model = new OnnxModel();
  model.output("c", model.node("MatMul", [model.input("a", left), model.input("b", right)]));
  const session = await model.session(1);
  const [feeds, fetches] = [{ a: toOrt(left), b: toOrt(right) }, { c: toOrt(tensorOf(dtype, [size, size], [])) }];
  const found: [Contender, () => ArrayLike<number> | Promise<ArrayLike<number>>][] = [
    [contender("Adjoint, kernel", kernel), () => kernel().data],
    [contender("Adjoint, planned MatMul", planned), () => planned().data],
    [contender("blocked TypeScript", blocked), () => (blocked(), own.data)],
    [contender("jax-js wasm", () => jax.numpy.matmul(x.ref, y.ref).dataSync()), () => jax.numpy.matmul(x.ref, y.ref).dataSync()],
    [contender("jax-js wasm, jit", () => compiled(x.ref, y.ref).dataSync()), () => compiled(x.ref, y.ref).dataSync()],
    [
      asyncContender("onnxruntime-node, for information", () => session.run(feeds, fetches)),
      async () => (await session.run(feeds)).c.data as Float32Array,
    ],
  ];
  if (dtype === "float32") {
    const tf = await tensorflow("wasm");
    const [p, q] = [tf.tensor(a, [size, size]), tf.tensor(b, [size, size])];
    found.push([contender("tfjs-backend-wasm", () => tf.matMul(p, q).dispose()), () => tf.matMul(p, q).dataSync()]);
  }
  const expected = planned().data.slice();
  for (const [{ name }, product] of found) await checked(name, product, expected, dtype === "float32" ? 2e-3 : 1e-9);
  return found.map(([one]) => one);
}

async function compare(dtype: FloatName, pace: Pace): Promise<string> {
  const columns = new Map<string, Map<number, { readonly timing: Timing; readonly own: Timing }>>();
  for (const size of sizes) {
    const timings = await interleaved(await contenders(dtype, size), pace);
    for (const timing of timings) {
      const column = columns.get(timing.name) ?? new Map<number, { timing: Timing; own: Timing }>();
      columns.set(timing.name, column.set(size, { timing, own: timings[0] }));
    }
  }
  const gflops = (size: number, timing: Timing): string => digits((2 * size ** 3) / median(timing.rounds) / 1e6);
  const rows = [...columns].map(([name, column]) => [
    name,
    ...sizes.map((size) => {
      const cell = column.get(size);
      return cell === undefined ? "" : `${gflops(size, cell.timing)} (${digits(ratio(cell.own, cell.timing))})`;
    }),
  ]);
  return `### ${dtype}: GFLOP/s, and in parentheses how many times as fast the kernel is\n\n${table(["", ...sizes.map(String)], rows)}`;
}

export const bench: Bench = {
  title: "Matrix product, one thread",
  text:
    "Square matrices. The kernel works on matrices where plans place them; the planned MatMul takes its operands as feeds and copies its result out. " +
    "Aim, at 256 and above: float32 at least 1.6 × tfjs wasm and jax-js wasm; float64 at least 10 × jax-js wasm and 4 × blocked TypeScript.",
  packages: ["@tensorflow/tfjs-backend-wasm", "@jax-js/jax", "onnxruntime-node"],
  run: async ({ pace }) => {
    useThreads(1);
    return [await compare("float32", pace), await compare("float64", pace)].join("\n\n");
  },
};
