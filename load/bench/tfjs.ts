import { createRequire, registerHooks } from "node:module";
import { dirname } from "node:path";
import { oneHot, parameter, type Training, transposed } from "./networks.ts";
import { type Trainer, trainer } from "./trainer.ts";

/** What the benches use of TensorFlow.js; its packages are not the service's, so its types are not at hand either. */
interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}
export interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  scalar(value: number): TfTensor;
  variable(tensor: TfTensor): TfTensor;
  tidy<T>(work: () => T): T;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  add(a: TfTensor, b: TfTensor | number): TfTensor;
  div(a: number, b: TfTensor): TfTensor;
  neg(x: TfTensor): TfTensor;
  exp(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  valueAndGrad(f: (x: TfTensor) => TfTensor): (x: TfTensor) => { value: TfTensor; grad: TfTensor };
  losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  train: { sgd(learningRate: number): { minimize(f: () => TfTensor, returnCost: true): TfTensor } };
}

/** The list of all gradients is a module for bundlers: its imports lack their endings. */
async function registerGradients(): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier.startsWith(".") && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context),
  });
  const list: string = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  await import(list);
  hooks.deregister();
}

/** TensorFlow.js on one of its backends. */
export async function tensorflow(backend: "wasm" | "cpu"): Promise<Tf> {
  const require = createRequire(import.meta.url);
  const tf = require("@tensorflow/tfjs-core") as Tf;
  require("@tensorflow/tfjs-backend-cpu");
  const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
  await registerGradients();
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend}`);
  await tf.ready();
  return tf;
}

/** The MLP step; TensorFlow.js has float32 only. */
export async function tfjsMlp(training: Training): Promise<Trainer> {
  const tf = await tensorflow("wasm");
  const load = ({ data, shape }: { data: unknown; shape: readonly number[] }): TfTensor => tf.tensor(data as Float32Array, shape);
  const [w1, w2] = ["0.weight", "2.weight"].map((name) => tf.variable(load(transposed(parameter(training, name)))));
  const [b1, b2] = ["0.bias", "2.bias"].map((name) => tf.variable(load(parameter(training, name))));
  const [x, target] = [load(training.input), load(oneHot(training))];
  const optimizer = tf.train.sgd(training.learningRate);
  return trainer("tfjs-backend-wasm", () =>
    tf.tidy(() => {
      const loss = optimizer.minimize(() => {
        const hidden = tf.relu(tf.add(tf.matMul(x, w1), b1));
        return tf.losses.softmaxCrossEntropy(target, tf.add(tf.matMul(hidden, w2), b2));
      }, true);
      return loss.dataSync()[0];
    }),
  );
}
