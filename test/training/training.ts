import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { CheckpointFiles, Ending, Host } from "../../src/training/host.ts";
import type { MetricsRow } from "../../src/training/report.ts";
import { decodeSafetensors } from "../../src/training/safetensors.ts";
import { Setup } from "../../src/training/setup.ts";
import { decodeAssignment } from "../../src/training/assignment.ts";
import { planJob } from "../../src/training/tasks/submit.ts";
import { train } from "../../src/training/train.ts";
import type { Resumed } from "../../src/training/weights.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

const shared = sharedWithin({}, 0);
const plan = performed(planJob, shared);

/** The file that a request is kept as, when POST /v1/jobs takes it. Throws Problem. */
export function submissionOf(request: object): Uint8Array {
  return plan(request, { datasets: {} }).body as Uint8Array;
}

/** A request ready to train, by way of the file that it is kept as. Throws Problem. */
export const setupOf = (request: object): Setup => new Setup(decodeAssignment(submissionOf(request)), { ...shared, datasets: () => null });

export interface Trained {
  readonly ending: Ending;
  readonly rows: readonly MetricsRow[];
  readonly checkpoints: readonly CheckpointFiles[];
  /** The state_dict at the end. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

type Around = Partial<Host> & { readonly resumed?: Resumed | null };

/** Trains in this thread. */
export const trained = (request: object, around: Around = {}): Trained => trainedAs(setupOf(request), around);

export function trainedAs(setup: Setup, { resumed = null, ...own }: Around = {}): Trained {
  const rows: MetricsRow[] = [];
  const checkpoints: CheckpointFiles[] = [];
  const ending = train(setup, resumed, {
    wish: () => "go on",
    wasInterrupted: false,
    pauseAt: null,
    metrics: (more) => rows.push(...more),
    checkpoint: (files) => checkpoints.push(files),
    now: () => performance.now(),
    ...own,
  });
  const final = checkpoints.find((files) => files.final);
  return { ending, rows, checkpoints, weights: final === undefined ? new Map() : decodeSafetensors(final.weights).tensors };
}

/** The result of a run that has come to its end. */
export function resultOf({ ending }: Trained): Readonly<Record<string, unknown>> {
  if (ending.kind !== "done") throw new Error(`the run ended with ${JSON.stringify(ending)}`);
  return ending.result;
}

/** Eight by eight pixels from 0 to 16, and the digit that they show. */
export const digits: readonly (readonly number[])[] = gunzipSync(readFileSync(new URL("../goldens/digits.csv.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n")
  .map((line) => line.split(",").map(Number));
