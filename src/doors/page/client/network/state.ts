import { computed, effect, signal } from "@preact/signals";
import { download as save } from "../code/Copies.tsx";
import { ask, call, events, urlOf } from "../shell/api.ts";
import { keyOf } from "../shell/key.ts";
import { latest } from "../shell/latest.ts";
import { remember, route } from "../shell/route.ts";
import type { HistoryPage, JobAnswer, Nested } from "./answers.ts";
import { change, essence, loadDigits, ownFile, samples, settings, view } from "./chosen.ts";
import { uploadPath } from "./csv.ts";
import { parametersOf, settingsOf } from "./design.ts";
import { type Look, lookAt, lookBefore, type View } from "./look.ts";
import { jobFor, type JobOrder, targetsOf } from "./request.ts";
import type { Samples } from "./samples.ts";
import { isEnd, Training } from "./training.ts";

/** The request that these settings stand for; with a file in place of its numbers once it is uploaded. */
export const order = computed<JobOrder | null>(() =>
  samples.value === null
    ? null
    : jobFor(settings.value, { samples: samples.value, dataset: settings.value.dataset === "csv" ? uploaded.value : null }),
);
const uploaded = signal<string | null>(null);

export const look = signal<Look | null>(null);
export const previewProblem = signal<unknown>(null);

const post = (path: string, body: unknown) => call<{ readonly [member: string]: unknown }>(path, { body });
const read = (path: string) => call<{ readonly [member: string]: unknown }>(path);

/** Milliseconds from one look to the next: no eye follows faster, and a class of learners asks no more of the service. */
const between = 140;
let lastTurn = 0;

export const training = new Training({
  service: {
    post: (path, body = {}) => call<JobAnswer>(path, { body, method: "POST" }),
    read: (path) => call<JobAnswer>(path),
    history: (path) => call<HistoryPage>(path),
    events: (path, after, ended) => events(path, { signal: ended, after, isLast: ({ type }) => isEnd(type) }),
  },
  look: async (id, step) => {
    const seen = view.peek();
    const made = trained;
    if (seen === null || made === null) return;
    const rows = made.source === null ? seen.rows : (rowsOfFile ??= await transformedRows(id, made.source));
    const found = await lookAt({ post, read }, { id, step, order: made.order }, { ...seen, rows });
    if (trained === made) look.value = found;
  },
  turn: async () => {
    const wait = Math.max(0, lastTurn + between - performance.now());
    await new Promise((resolve) => setTimeout(resolve, wait));
    // A page that nobody sees needs no updates.
    while (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
    lastTurn = performance.now();
  },
});

/** What is being trained: the order, and the file that its rows come from. */
let trained: { readonly order: JobOrder; readonly source: SourceFile | null } | null = null;
let rowsOfFile: View["rows"] = null;

/** A file as the service has it, with what its rows have to learn where both have the same rows; else null. */
interface SourceFile {
  readonly dataset: string;
  readonly targets: Samples | null;
}

/** Rows of a file as the network is fed with them. */
async function transformedRows(id: string, { dataset, targets }: SourceFile): Promise<View["rows"]> {
  if (targets === null) return null;
  const count = Math.min(200, targets.targets.length);
  const { nodes } = await post(`/v1/jobs/${id}/predict`, { dataset, rows: count, return: ["nodes"] });
  const found = nodes as readonly { readonly name: string; readonly value: Nested }[];
  const input = found.find(({ name }) => name === "input")?.value;
  return { input, target: targetsOf({ ...targets, targets: targets.targets.slice(0, count) }) };
}

/** Makes what is to be trained, a file is uploaded for; tells whether there is something. Who asks again meanwhile waits for the same. */
export const prepare = (): Promise<boolean> => (preparing ??= prepareOnce().finally(() => (preparing = null)));
let preparing: Promise<boolean> | null = null;

async function prepareOnce(): Promise<boolean> {
  if (training.phase.peek() !== "new") return true;
  const of = essence.peek();
  const file = settings.peek().dataset === "csv" ? ownFile.peek() : null;
  let source: SourceFile | null = null;
  if (file !== null) {
    const dataset = await call<{ readonly id: string; readonly rows: number }>(uploadPath(file.name, file.table, file.choice), {
      method: "POST",
      body: file.content,
      headers: { "content-type": "text/csv" },
    });
    uploaded.value = dataset.id;
    const read = samples.peek();
    const isSame = read !== null && (file.isCut || read.targets.length === dataset.rows);
    source = { dataset: dataset.id, targets: isSame ? read : null };
  }
  const made = order.peek();
  if (made === null || of !== essence.peek()) return false;
  rowsOfFile = null;
  trained = { order: made, source };
  training.begin(made);
  return true;
}

/** Forgets what was trained; the weights are drawn anew. */
export function reset(seed = settings.peek().seed): void {
  trained = null;
  training.begin(null);
  if (seed !== settings.peek().seed) change({ seed });
  else preview();
}

/** What is looked at before any training, and what it stands for. */
interface Preview {
  readonly made: JobOrder;
  readonly seen: View;
  readonly of: string;
}

const showBefore = latest(async ({ made, seen, of }: Preview) => {
  try {
    const found = await lookBefore(post, made, seen);
    if (training.phase.peek() !== "new" || of !== essence.peek()) return;
    look.value = found;
    previewProblem.value = null;
  } catch (error) {
    if (of !== essence.peek()) return;
    look.value = null;
    previewProblem.value = error;
  }
});

/** The network as it is before any update; a file is shown when it is trained. */
function preview(): void {
  const made = order.peek();
  const seen = view.peek();
  look.value = null;
  previewProblem.value = null;
  if (made !== null && seen !== null && settings.peek().dataset !== "csv") showBefore({ made, seen, of: essence.peek() });
}

/** Follows the address, and what is chosen, as long as the tab is open; answers how to stop. */
export function open(): () => void {
  const stops = [
    effect(() => {
      const { tab, parameters } = route.value;
      if (tab !== "network" || parameters.toString() === parametersOf(settings.peek()).toString()) return;
      // An address that says nothing asks for what was there.
      if (parameters.toString() !== "") settings.value = settingsOf(parameters);
    }),
    effect(() => remember("network", parametersOf(settings.value))),
    effect(loadDigits),
    effect(() => {
      training.rate = settings.value.rate;
    }),
    followEssence(),
  ];
  const leave = (event: PageTransitionEvent): void => {
    const id = training.resting;
    if (event.persisted || id === null) return;
    const key = keyOf();
    void fetch(urlOf(`/v1/jobs/${id}/cancel`), {
      method: "POST",
      keepalive: true,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    });
  };
  addEventListener("pagehide", leave);
  return () => {
    training.leave();
    removeEventListener("pagehide", leave);
    for (const stop of stops) stop();
  };
}

let shownEssence = "";
function followEssence(): () => void {
  return effect(() => {
    if (essence.value === shownEssence) return;
    shownEssence = essence.value;
    uploaded.value = null;
    trained = null;
    training.begin(null);
    preview();
  });
}

export async function downloadWeights(): Promise<void> {
  const id = training.job.peek()?.id;
  if (id === undefined) return;
  save(await (await ask(`/v1/jobs/${id}/weights`)).blob(), `${id}.safetensors`);
}
