import { gradientOfExpression } from "./adjoint.ts";
import { type Bench, skipped } from "./bench.ts";
import { jaxJs } from "./jax-js.ts";
import { againstRivals, asyncContender, type Contender, contender, digits, interleaved } from "./measure.ts";
import { OnnxModel, toOrt } from "./onnx.ts";
import type { Python } from "./python.ts";
import { scalar } from "../../src/tensor/tensor.ts";
import { tensorflow } from "./tfjs.ts";

const x = 0.7;
const expected = Math.exp(-x) / (1 + Math.exp(-x)) ** 2;

type Gradient = () => number | Promise<number>;

async function gradients(): Promise<[Contender, Gradient][]> {
  const adjoint = gradientOfExpression("1/(1+exp(-x))", x);
  const tf = await tensorflow("cpu");
  const tfjs = tf.valueAndGrad((at) => tf.div(1, tf.add(tf.exp(tf.neg(at)), 1)));
  const byTfjs = (): number => tf.tidy(() => tfjs(tf.scalar(x)).grad.dataSync()[0]);
  const jax = await jaxJs();
  const { numpy } = jax;
  const compiled = jax.jit(jax.valueAndGrad(([at]) => numpy.reciprocal(numpy.add(numpy.exp(numpy.negative(at)), 1))));
  const byJax = (): number => {
    const [value, [gradient]] = compiled([numpy.array(x, { dtype: numpy.float64 })]);
    value.dispose();
    return gradient.dataSync()[0];
  };
  const session = await onnxGradient().session(1);
  const byOrt = async (): Promise<number> => Number((await session.run({ x: toOrt(scalar(x)) })).gradient.data[0]);
  return [
    [contender("Adjoint", adjoint), adjoint],
    [contender("tfjs cpu", byTfjs), byTfjs],
    [contender("jax-js wasm, jit", byJax), byJax],
    [asyncContender("onnxruntime-node", byOrt), byOrt],
  ];
}

/** The five nodes and what their rules make of them. */
function onnxGradient(): OnnxModel {
  const model = new OnnxModel();
  const one = model.constant(scalar(1));
  const exponential = model.node("Exp", [model.node("Neg", [model.input("x", scalar(0))])]);
  const y = model.node("Div", [one, model.node("Add", [one, exponential])]);
  const intoSum = model.node("Neg", [model.node("Mul", [y, y])]);
  model.output("y", y);
  model.output("gradient", model.node("Neg", [model.node("Mul", [intoSum, exponential])]));
  return model;
}

function pythonGradient(python: Python, library: "torch" | "jax", name: string): [Contender, Gradient] {
  const work = python.start({ task: `${library} sigmoid`, x });
  return [{ name, run: async (times) => (await work.run(times)).milliseconds }, async () => (await work.run(1)).results[0]];
}

export const bench: Bench = {
  title: "Sigmoid of five scalar nodes",
  text:
    "1/(1+exp(-x)) forward and backward in float64, planned (compiled, where the rival compiles) before the clock starts, per call with a number in and a number out. " +
    "Aim: at least 20 × each.",
  packages: ["@tensorflow/tfjs-backend-cpu", "@jax-js/jax", "onnxruntime-node"],
  pythonPackages: ["torch", "jax"],
  run: async ({ pace, python }) => {
    const all = await gradients();
    if (python !== null) all.push(pythonGradient(python, "torch", "PyTorch"), pythonGradient(python, "jax", "JAX jit, for information"));
    for (const [{ name }, gradient] of all) {
      const found = await gradient();
      if (!(Math.abs(found - expected) < 1e-5)) throw new Error(`${name} finds ${found} and not ${expected}`);
    }
    const [own, ...rivals] = await interleaved(
      all.map(([one]) => one),
      pace,
    );
    return againstRivals([own], rivals, (milliseconds) => `${digits(1000 * milliseconds)} µs`) + (python === null ? skipped : "");
  },
};
