import { computed, signal } from "@preact/signals";
import { route } from "../shell/route.ts";
import { type Choice, samplesOf, type Table, tableOf, usualChoice } from "./csv.ts";
import { isMade, makers } from "./datasets.ts";
import { parametersOf, type Settings, settingsOf } from "./design.ts";
import { digitsText } from "./digits.ts";
import { viewOf } from "./look.ts";
import { digitsOf, type Samples } from "./samples.ts";

/** What is chosen; the address holds it. It outlives the tab, which may be left and come back to. */
export const settings = signal<Settings>(settingsOf(route.peek().tab === "network" ? route.peek().parameters : new URLSearchParams()));

/** A file of the reader's own. */
export interface OwnFile {
  readonly name: string;
  readonly content: Blob;
  readonly table: Table;
  readonly choice: Choice;
  /** Whether it is longer than what is shown of it. */
  readonly isCut: boolean;
}
export const ownFile = signal<OwnFile | null>(null);
export const fileProblem = signal(false);
const digits = signal<string | null>(null);

/** The data; null until they are there. */
export const samples = computed<Samples | null>(() => {
  const { dataset } = settings.value;
  if (isMade(dataset)) {
    const { size, noise, draw } = settings.value;
    return makers[dataset]({ size, noise, seed: draw });
  }
  if (dataset === "digits") return digits.value === null ? null : digitsOf(digits.value, settings.value.size);
  const file = ownFile.value;
  if (file === null || file.choice.inputs.length === 0) return null;
  const read = samplesOf(file.table, file.choice);
  return read.inputs.length === 0 ? null : read;
});

export const view = computed(() => (samples.value === null ? null : viewOf(samples.value, settings.value.dataset === "csv")));

/** Everything but the rate and the pace, as a text: where it changes, a training begins anew. */
export const essence = computed(() => {
  const parameters = parametersOf({ ...settings.value, rate: 0, pace: 1 });
  const isThere = String(samples.value !== null);
  return [parameters.toString(), JSON.stringify(ownFile.value?.choice), ownFile.value?.name, isThere].join("\n");
});

export function change(changes: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...changes };
}

/** Fetches the pictures of digits where they are wanted. */
export function loadDigits(): void {
  if (settings.value.dataset === "digits" && digits.value === null) void digitsText().then((text) => (digits.value = text));
}

/** Bytes of a file that are read here; all of it is read by the service. */
const mostShown = 8_000_000;

export async function takeFile(file: File): Promise<void> {
  const isCut = file.size > mostShown;
  const text = await file.slice(0, mostShown).text();
  const table = tableOf(isCut ? text.slice(0, text.lastIndexOf("\n")) : text);
  fileProblem.value = table === null;
  if (table === null) return;
  ownFile.value = {
    name: file.name.slice(0, 200),
    content: file,
    table,
    choice: usualChoice(table),
    isCut,
  };
}
