import { adjointTrainer } from "./adjoint.ts";
import { type Bench, skipped } from "./bench.ts";
import { againstRivals, digits, interleaved } from "./measure.ts";
import { cnn } from "./networks.ts";
import { ortCnn } from "./onnx.ts";
import { pythonTrainer } from "./torch.ts";
import { asContender, requireAgreement, type Trainer } from "./trainer.ts";

export const bench: Bench = {
  title: "CNN training step",
  text:
    "Batch 32 of 1 × 28 × 28, convolution 3 × 3 to 16 channels with padding 1, relu, max-pool 2, convolution 3 × 3 to 32 with padding 1, relu, max-pool 2, " +
    "linear to 10, float32, softmax cross-entropy, SGD; same start and same losses as above. Aim: at least 0.9 × PyTorch and 1.2 × onnxruntime-node, with equal threads.",
  packages: ["onnxruntime-node"],
  pythonPackages: ["torch"],
  run: async ({ pace, python }) => {
    const training = cnn("float32");
    const own = [1, 2].map((threads) => adjointTrainer(training, threads));
    const rivals: Trainer[] = [await ortCnn(training, 1), await ortCnn(training, 2)];
    if (python !== null) rivals.push(pythonTrainer(python, "torch", training, 1), pythonTrainer(python, "torch", training, 2));
    await requireAgreement([...own, ...rivals], 20, 1e-4);
    const timings = await interleaved([...own, ...rivals].map(asContender), pace);
    const perSecond = (milliseconds: number): string => `${digits(1000 / milliseconds)} steps/s`;
    const compared = againstRivals(timings.slice(0, own.length), timings.slice(own.length), perSecond);
    return compared + (python === null ? skipped : "");
  },
};
