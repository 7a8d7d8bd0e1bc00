import type { AnyTask } from "../tasks/define.ts";

/**
 * The tasks that workers perform, by their names. Loaded when they are asked for, since the command performs one and its start is felt:
 * what serves requests loads them all.
 */
const loaders = {
  evaluate: async () => (await import("../compute/evaluate.ts")).evaluate,
  gradients: async () => (await import("../compute/gradients.ts")).gradients,
  inspect: async () => (await import("../compute/inspect.ts")).inspect,
  picture: async () => (await import("../render/picture/picture.ts")).picture,
  gradientsPicture: async () => (await import("../render/picture/picture.ts")).gradientsPicture,
  evaluatePicture: async () => (await import("../render/picture/picture.ts")).evaluatePicture,
  check: async () => (await import("../grading/check/task.ts")).check,
  grade: async () => (await import("../grading/grade/task.ts")).grade,
  probe: async () => (await import("../grading/probe/task.ts")).probe,
  explain: async () => (await import("../render/explain/task.ts")).explain,
  registerGraph: async () => (await import("../compute/graphs.ts")).registerGraph,
  readGraph: async () => (await import("../compute/graphs.ts")).readGraph,
  parseDataset: async () => (await import("../training/datasets/task.ts")).parseDataset,
  planJob: async () => (await import("../training/tasks/submit.ts")).planJob,
  planContinuation: async () => (await import("../training/tasks/continue.ts")).planContinuation,
  planResumption: async () => (await import("../training/tasks/resume.ts")).planResumption,
  predict: async () => (await import("../training/tasks/predict.ts")).predict,
  jobGradients: async () => (await import("../training/tasks/predict.ts")).jobGradients,
  readProgram: async () => (await import("../training/tasks/program.ts")).readProgram,
  readWeights: async () => (await import("../training/tasks/weights.ts")).readWeights,
} as const satisfies Readonly<Record<string, () => Promise<AnyTask>>>;

/** The task of a name; null when there is none. */
export async function taskNamed(name: string): Promise<AnyTask | null> {
  return Object.hasOwn(loaders, name) ? loaders[name as keyof typeof loaders]() : null;
}

/** All tasks. */
export const allTasks = (): Promise<AnyTask[]> => Promise.all(Object.values(loaders).map((load): Promise<AnyTask> => load()));
