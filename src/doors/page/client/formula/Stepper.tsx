import { useEffect, useState } from "preact/hooks";
import type { ExplainedStep } from "../../../../render/explain/response.ts";
import { Mathematics } from "../shell/Mathematics.tsx";
import { texts } from "../shell/settings.ts";

interface StepperProps {
  readonly steps: readonly ExplainedStep[];
  /** Which step is shown; null: all. */
  readonly at: number | null;
  readonly onStep: (at: number | null) => void;
}

/** How long a step stands while they are played, in milliseconds: as long as it takes to read. */
const paceMs = 2_600;

/** Steps forward and back through what is computed. */
export function Stepper({ steps, at, onStep }: StepperProps) {
  const [isPlaying, setPlaying] = useState(false);
  const { stepper: words } = texts.value.formula;
  const last = steps.length - 1;
  const forward = (): void => onStep(at === null ? 0 : at < last ? at + 1 : null);
  const back = (): void => onStep(at === null ? last : at > 0 ? at - 1 : null);
  const play = (): void => {
    setPlaying(!isPlaying);
    if (!isPlaying && (at === null || at === last)) onStep(0);
  };

  useEffect(() => {
    if (!isPlaying) return;
    if (at === null || at >= last) return setPlaying(false);
    const timer = setTimeout(() => onStep(at + 1), paceMs);
    return () => clearTimeout(timer);
  }, [isPlaying, at, last]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (isTaken(event)) return;
      const act = { ArrowRight: forward, ArrowLeft: back, " ": play }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      if (event.key !== " ") setPlaying(false);
      act();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });

  const step = at === null ? null : steps[at];
  const stopped =
    (act: () => void): (() => void) =>
    () => {
      setPlaying(false);
      act();
    };
  return (
    <section class="stepper" aria-label={words.title}>
      <div class="controls" role="group" aria-label={words.title}>
        {/* The same buttons all the time: who steps by keyboard keeps the focus. */}
        <button type="button" onClick={stopped(back)} disabled={at === null} aria-label={words.back} title={`${words.back} (←)`}>
          ←
        </button>
        <button type="button" class="chief" onClick={stopped(forward)} disabled={steps.length === 0} title="→">
          {at === null ? words.begin : at < last ? words.next : words.end}
        </button>
        <button type="button" onClick={play} disabled={steps.length === 0} aria-pressed={isPlaying} title={words.space}>
          {isPlaying ? words.pause : words.play}
        </button>
        {at !== null && at < last && (
          <button type="button" onClick={stopped(() => onStep(null))}>
            {words.all}
          </button>
        )}
        {at === null && <span class="count quiet keys">{words.keys}</span>}
        {step && (
          <span class="count quiet">
            {words.kinds[step.kind]} · {words.count((at ?? 0) + 1, steps.length)}
          </span>
        )}
      </div>
      {at !== null && (
        <progress max={steps.length} value={at + 1} aria-hidden="true" class={step?.kind === "forward" ? "ahead" : "return"} />
      )}
    </section>
  );
}

/** Whether a key belongs to what has the focus. */
function isTaken({ target, altKey, ctrlKey, metaKey, shiftKey, key }: KeyboardEvent): boolean {
  if (altKey || ctrlKey || metaKey || shiftKey) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.closest(key === " " ? "input, select, textarea, button, a, summary, dialog" : "input, select, textarea, dialog, .enlarged") !==
    null
  );
}

interface SaidProps {
  readonly step: ExplainedStep | null;
  /** What is said while all is shown. */
  readonly summary: string;
}

/** What happens in the step that is shown: its sentence and formula, and of a step back the formula of what each input of the node gets. */
export function Said({ step, summary }: SaidProps) {
  const edges = step?.edges ?? [];
  const formulas = step === null ? [] : edges.length === 0 ? [step.formula] : edges.map(({ formula }) => formula);
  return (
    <div class="said" aria-live="polite" aria-atomic="true">
      <p>{step === null ? summary : step.sentence}</p>
      {formulas.map((formula) => (
        <Mathematics key={formula.latex} formula={formula} block />
      ))}
    </div>
  );
}
