import type { Tensor } from "../../src/tensor/tensor.ts";
import { oneHot, parameter, type Training, transposed } from "./networks.ts";
import { type Trainer, trainer } from "./trainer.ts";

/** What the benches use of jax-js; its packages are not the service's, so its types are not at hand either. An array is used up by what takes it, unless it is given as `ref`. */
export interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  sum(): JaxArray;
  dataSync(): ArrayLike<number>;
  dispose(): void;
}
export interface Jax {
  init(): Promise<unknown>;
  defaultDevice(name: string): void;
  jit<F>(f: F): F;
  valueAndGrad<Rest extends readonly unknown[]>(
    f: (first: JaxArray[], ...rest: Rest) => JaxArray,
  ): (first: JaxArray[], ...rest: Rest) => [JaxArray, JaxArray[]];
  readonly nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray };
  readonly numpy: {
    readonly float32: unknown;
    readonly float64: unknown;
    array(data: unknown, options: { dtype: unknown }): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    exp(x: JaxArray): JaxArray;
    negative(x: JaxArray): JaxArray;
    add(a: JaxArray, b: JaxArray | number): JaxArray;
    reciprocal(x: JaxArray): JaxArray;
  };
}

/** jax-js on its WebAssembly backend. */
export async function jaxJs(): Promise<Jax> {
  const name: string = "@jax-js/jax";
  const jax = (await import(name)) as Jax;
  await jax.init();
  jax.defaultDevice("wasm");
  return jax;
}

export const toJax = ({ numpy }: Jax, { dtype, shape, data }: Tensor): JaxArray =>
  numpy.array(data.slice(), { dtype: dtype === "float32" ? numpy.float32 : numpy.float64 }).reshape(shape);

/** The MLP step, compiled as a whole. */
export async function jaxJsMlp(training: Training): Promise<Trainer> {
  const jax = await jaxJs();
  const { batch, learningRate } = training;
  const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
  const first = names.map((name) => parameter(training, name)).map((tensor) => (tensor.shape.length === 2 ? transposed(tensor) : tensor));
  let parameters = first.map((tensor) => toJax(jax, tensor));
  const [x, target] = [toJax(jax, training.input), toJax(jax, oneHot(training))];
  const loss = ([w1, b1, w2, b2]: JaxArray[], input: JaxArray, rows: JaxArray): JaxArray => {
    const hidden = jax.nn.relu(jax.numpy.matmul(input, w1).add(b1));
    return jax.nn
      .logSoftmax(jax.numpy.matmul(hidden, w2).add(b2))
      .mul(rows)
      .sum()
      .mul(-1 / batch);
  };
  const step = jax.jit((weights: JaxArray[], input: JaxArray, rows: JaxArray): [JaxArray, JaxArray[]] => {
    const [value, gradients] = jax.valueAndGrad(loss)(
      weights.map(({ ref }) => ref),
      input,
      rows,
    );
    return [value, weights.map((weight, at) => weight.sub(gradients[at].mul(learningRate)))];
  });
  return trainer("jax-js wasm, jit", () => {
    const [value, next] = step(parameters, x.ref, target.ref);
    parameters = next;
    return value.dataSync()[0];
  });
}
