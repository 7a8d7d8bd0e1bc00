import { adjointTrainer } from "./adjoint.ts";
import { type Bench, type Setting, skipped } from "./bench.ts";
import { jaxJsMlp } from "./jax-js.ts";
import { againstRivals, digits, interleaved } from "./measure.ts";
import { type FloatName, mlp } from "./networks.ts";
import { ortMlp } from "./onnx.ts";
import { tfjsMlp } from "./tfjs.ts";
import { pythonTrainer } from "./torch.ts";
import { asContender, requireAgreement, type Trainer } from "./trainer.ts";

const perSecond = (milliseconds: number): string => `${digits(1000 / milliseconds)} steps/s`;

async function compare(dtype: FloatName, { pace, python }: Setting): Promise<string> {
  const training = mlp(dtype);
  const own = [1, 2].map((threads) => adjointTrainer(training, threads));
  const rivals: Trainer[] = [await jaxJsMlp(training), await ortMlp(training, 1), await ortMlp(training, 2)];
  if (dtype === "float32") rivals.unshift(await tfjsMlp(training));
  if (python !== null) {
    rivals.push(pythonTrainer(python, "torch", training, 1), pythonTrainer(python, "torch", training, 2));
    rivals.push(pythonTrainer(python, "jax", training, 0));
  }
  // jax-js computes exponentials in float32 whatever the element type.
  await requireAgreement([...own, ...rivals], 20, dtype === "float32" ? 1e-4 : 1e-5);
  const timings = await interleaved([...own, ...rivals].map(asContender), pace);
  return `### ${dtype}\n\n${againstRivals(timings.slice(0, own.length), timings.slice(own.length), perSecond)}`;
}

export const bench: Bench = {
  title: "MLP training step",
  text:
    "Batch 64, 784-256-10, relu, softmax cross-entropy, SGD: forward, backward and update. All engines start from the same numbers, and their losses " +
    "over 20 steps are compared before anything is timed. Aim in float32: at least 10 × tfjs wasm and 2 × jax-js wasm with one thread, and 0.8 × PyTorch and " +
    "onnxruntime-node (the whole step as one graph) with equal threads. float64 is for information.",
  packages: ["@tensorflow/tfjs-backend-wasm", "@jax-js/jax", "onnxruntime-node"],
  pythonPackages: ["torch", "jax"],
  run: async (setting) =>
    [await compare("float32", setting), await compare("float64", setting)].join("\n\n") + (setting.python === null ? skipped : ""),
};
