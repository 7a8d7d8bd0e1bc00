import { texts } from "../shell/settings.ts";
import { isArticles, mostSteps, optimizerNames, startNames } from "./design.ts";
import { Choose, Folded, NumberField } from "./fields.tsx";
import { change, settings } from "./chosen.ts";

/** How it is trained. */
export function TrainingPanel() {
  const { training: words } = texts.value.network;
  const { optimizer, start, rate, batch, steps, seed, holdsBack } = settings.value;
  return (
    <Folded title={words.title}>
      <Choose
        label={words.optimizer}
        value={optimizer}
        names={optimizerNames}
        words={(name) => name}
        change={(name) => change({ optimizer: name })}
      />
      <NumberField
        label={words.rate}
        value={rate}
        least={0}
        most={100}
        step="any"
        hint={words.rateHint}
        change={(value) => change({ rate: value })}
      />
      <NumberField
        label={words.batch}
        value={batch}
        least={0}
        most={10_000}
        hint={words.batchHint}
        change={(value) => change({ batch: Math.round(value) })}
      />
      <NumberField label={words.steps} value={steps} least={1} most={mostSteps} change={(value) => change({ steps: Math.round(value) })} />
      {isArticles(settings.value) && (
        <>
          <Choose
            label={words.start}
            value={start}
            names={startNames}
            words={(name) => words.starts[name]}
            change={(name) => change({ start: name, rate: name === "article" ? 0.025 : 0.05 })}
          />
          {start === "article" && <p class="small quiet">{words.articleHint}</p>}
        </>
      )}
      <NumberField label={words.seed} value={seed} least={0} most={999_999} change={(value) => change({ seed: Math.round(value) })} />
      <label class="check small">
        <input type="checkbox" checked={holdsBack} onChange={({ currentTarget }) => change({ holdsBack: currentTarget.checked })} />
        {words.held}
      </label>
    </Folded>
  );
}
