import { shortOf } from "../charts/numbers.ts";
import { hashOf } from "../shell/address.ts";
import { texts } from "../shell/settings.ts";
import { numberOf } from "./answers.ts";
import { change, settings } from "./chosen.ts";
import { downloadWeights, look, order, prepare, reset, training } from "./state.ts";

/** Paces to choose from: updates from one look to the next. */
const paces = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const guarded = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    training.problem.value = error;
  }
};

const run = async (): Promise<void> => {
  if (await prepare()) await training.run(() => settings.peek().pace);
};
const stepOnce = async (): Promise<void> => {
  if (await prepare()) await training.advance(1);
};

/** Begins, pauses, steps and resets, and says how far it has come. */
export function RunBar() {
  const { network: words } = texts.value;
  const phase = training.phase.value;
  const isBusy = training.isBusy.value;
  const job = training.job.value;
  const canTrain = order.value !== null;
  const pace = paces.reduce(
    (best, each, at) => (Math.abs(each - settings.value.pace) < Math.abs(paces[best] - settings.value.pace) ? at : best),
    0,
  );
  const begin = phase === "over" ? words.run.trainOn : phase === "resting" ? words.run.goOn : words.run.train;
  return (
    <section class="sheet runbar" aria-label={words.run.label}>
      <div class="row">
        {isBusy && training.isRunning.value ? (
          <button type="button" class="chief" onClick={() => training.pause()}>
            {words.run.pause}
          </button>
        ) : (
          <button type="button" class="chief" disabled={!canTrain || isBusy || phase === "failed"} onClick={() => void guarded(run)}>
            {begin}
          </button>
        )}
        <button type="button" disabled={!canTrain || isBusy || phase === "failed"} onClick={() => void guarded(stepOnce)}>
          {words.run.step}
        </button>
        <button type="button" disabled={phase === "new" && !isBusy} onClick={() => reset()}>
          {words.run.reset}
        </button>
        <button type="button" disabled={!canTrain} onClick={() => reset(settings.peek().seed + 1)}>
          {words.run.otherSeed}
        </button>
        <label class="pace small">
          {words.training.pace}
          <input
            type="range"
            min={0}
            max={paces.length - 1}
            step={1}
            value={pace}
            aria-valuetext={String(settings.value.pace)}
            onInput={({ currentTarget }) => change({ pace: paces[currentTarget.valueAsNumber] ?? 1 })}
          />
          <output>{settings.value.pace}</output>
        </label>
      </div>
      <Figures />
      {/* Spoken when something changes for who listens, not with every look. */}
      <p class="unseen" role="status">
        {words.run.phases[phase]}
        {phase === "resting" || phase === "over" ? `, ${words.run.at(training.step.value, lossNow())}` : ""}
      </p>
      {job !== null && phase !== "running" && (
        <p class="small links">
          <a href={hashOf({ tab: "jobs", parameters: new URLSearchParams({ job: job.id }) })}>{words.run.job}</a>
          <button type="button" class="plain" onClick={() => void guarded(downloadWeights)}>
            {words.run.weights}
          </button>
        </p>
      )}
    </section>
  );
}

/** Of all rows that are looked at or, where those are not known, of the last update. */
function lossNow(): string {
  const loss = look.value?.loss ?? Number.NaN;
  const last = training.last.value;
  if (Number.isFinite(loss)) return shortOf(loss);
  return last === null ? "–" : shortOf(numberOf(last.loss));
}

/** Where the training stands, in numbers. */
function Figures() {
  const { run: words } = texts.value.network;
  const last = training.last.value;
  const judged = training.rows.value.findLast((row) => row.val_loss !== undefined);
  const measured = training.rows.value.findLast((row) => row.accuracy !== undefined);
  const share = (value: unknown): string => `${(100 * numberOf(value)).toFixed(1)} %`;
  const figures: readonly (readonly [name: string, value: string])[] = [
    [words.updates, String(training.step.value)],
    [words.loss, lossNow()],
    ...(last?.lr === undefined ? [] : [[words.rate, shortOf(last.lr)] as const]),
    ...(measured === undefined ? [] : [[words.accuracy, share(measured.accuracy)] as const]),
    ...(judged === undefined ? [] : [[words.heldLoss, shortOf(numberOf(judged.val_loss))] as const]),
    ...(judged?.val_accuracy === undefined ? [] : [[words.heldAccuracy, share(judged.val_accuracy)] as const]),
  ];
  return (
    <dl class="figures">
      <div class={`phase ${training.phase.value}`}>
        <dt class="unseen">{words.label}</dt>
        <dd>{words.phases[training.phase.value]}</dd>
      </div>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
