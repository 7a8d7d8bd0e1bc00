import { asBase64, type Training } from "./networks.ts";
import type { Python } from "./python.ts";
import type { Trainer } from "./trainer.ts";

/** A training step in a Python process of its own; eager in PyTorch, compiled in JAX. */
export function pythonTrainer(python: Python, library: "torch" | "jax", training: Training, threads: number): Trainer {
  const { network, dtype, labels, learningRate } = training;
  const parameters = Object.fromEntries([...training.parameters].map(([name, tensor]) => [name, asBase64(tensor)]));
  const task = { task: `${library} training`, threads, network, dtype, parameters, input: asBase64(training.input), labels, learningRate };
  const work = python.start(task);
  const name = library === "torch" ? `PyTorch, ${threads === 1 ? "1 thread" : `${threads} threads`}` : "JAX jit, its own number of threads";
  return {
    name,
    train: async (steps) => {
      const { milliseconds, results } = await work.run(steps);
      return { milliseconds, losses: results };
    },
  };
}
