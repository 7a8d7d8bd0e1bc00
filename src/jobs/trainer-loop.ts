import { createHash } from "node:crypto";
import type { MessagePort, Transferable } from "node:worker_threads";
import type { Compiler } from "../program/compiler.ts";
import { LeadingCrew } from "../workers/crew.ts";
import type { CrewLink } from "../workers/crew-link.ts";
import type { ThreadBudget } from "../workers/thread-budget.ts";
import { onWorkspace } from "../kernels/workspace.ts";
import { account, OutOfMemoryBudget } from "../memory/account.ts";
import { readDatasets } from "../training/tasks/submit.ts";
import { chargedFile } from "../training/files.ts";
import { Setup } from "../training/setup.ts";
import { decodeAssignment } from "../training/assignment.ts";
import { train } from "../training/train.ts";
import type { CheckpointFiles, Host, Wish } from "../training/host.ts";
import { decodeCheckpoint } from "../training/weights.ts";
import type { Limits } from "../request/limits.ts";
import { memoryTold } from "../problems/out-of-memory.ts";
import { Problem } from "../problems/problems.ts";
import { announce, type Blob, CHECKPOINTS, ROWS, type TrainerMessage, type TrainTask, WISH, wishes } from "./trainer-protocol.ts";

export interface TrainerOptions {
  readonly compiler: Compiler;
  readonly limits: Limits;
  /** Most threads that may work on one step, this one included. */
  readonly threads: number;
  readonly budget: ThreadBudget;
}

/** Makes this thread a trainer: trains what it is told, one task after another. */
export function serveTraining(port: MessagePort, options: TrainerOptions): void {
  const send = (message: TrainerMessage, transfers: Transferable[] = []): void => port.postMessage(message, transfers);
  const ask = (crew: CrewLink | null): void => send({ kind: "crew", crew }, [...(crew?.mail ?? [])]);
  const crew = new LeadingCrew(options.threads, options.budget, { recruit: ask, dismiss: () => ask(null) });
  onWorkspace((space) => (space.crew = crew));
  port.on("message", (task: TrainTask) => {
    options.budget.enter();
    try {
      const isWanted = (): boolean => wishOf(task) === "go on";
      account().within(() => {
        const submission = decodeAssignment(chargedFile(task.submission));
        crew.most = Math.min(submission.spec.threads ?? options.threads, options.threads);
        const setup = new Setup(submission, { ...options, datasets: readDatasets(task.datasets) });
        const { checkpoint } = task;
        const resumed = checkpoint === null ? null : decodeCheckpoint(chargedFile(checkpoint.weights), chargedFile(checkpoint.state));
        send({ kind: "end", ending: train(setup, resumed, hostOf(task, send)) });
      }, isWanted);
    } catch (error) {
      send(error instanceof OutOfMemoryBudget && !error.isForEver ? stopped(wishOf(task)) : refusalOf(memoryTold(error)));
    } finally {
      options.budget.giveBack(1);
    }
  });
  send({ kind: "ready" });
}

const wishOf = ({ control }: Pick<TrainTask, "control">): Wish => wishes[Atomics.load(control, WISH)];

/** There was no memory for the job, or it was not wanted before there was: it waits with the others again. */
const stopped = (wish: Wish): TrainerMessage => ({
  kind: "end",
  ending: { kind: "stopped", wish: wish === "go on" ? "hand over" : wish, step: 0 },
});

function hostOf(
  { control, wasInterrupted, pauseAt }: TrainTask,
  send: (message: TrainerMessage, transfers?: Transferable[]) => void,
): Host {
  return {
    wish: () => wishOf({ control }),
    metrics: (rows, progress) => {
      announce(control, ROWS, rows.length);
      send({ kind: "metrics", rows, progress });
    },
    checkpoint: ({ weights, state, ...facts }: CheckpointFiles) => {
      announce(control, CHECKPOINTS, 1);
      const transfers = state === null ? [weights.buffer] : [weights.buffer, state.buffer];
      send({ kind: "checkpoint", ...facts, weights: blobOf(weights), state: state && blobOf(state) }, transfers);
    },
    wasInterrupted,
    pauseAt,
    now: () => performance.now(),
  };
}

const blobOf = (bytes: Uint8Array<ArrayBuffer>): Blob => ({ digest: createHash("sha256").update(bytes).digest("hex"), bytes });

function refusalOf(error: unknown): TrainerMessage {
  if (error instanceof Problem) {
    const param = error.errors[0]?.pointer ?? null;
    return {
      kind: "refused",
      failure: { code: error.code, message: error.detail, param },
      trace: error.status < 500 ? null : String(error.stack),
    };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: "refused", failure: { code: "internal", message: "Something unforeseen went wrong in the training", param: null }, trace };
}
