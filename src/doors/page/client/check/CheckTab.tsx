import { useEffect } from "preact/hooks";
import { Copies } from "../code/Copies.tsx";
import { FormulaField } from "../formula/FormulaField.tsx";
import { Said } from "../formula/Stepper.tsx";
import { Picture } from "../picture/Picture.tsx";
import { faultsOf, ServiceProblem } from "../shell/problem.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { texts } from "../shell/settings.ts";
import { claimedIn } from "./findings.ts";
import * as session from "./session.ts";
import { VerdictTable } from "./VerdictTable.tsx";
import "../formula/formula.css";
import "./check.css";

/** Gradients that somebody has worked out, judged and looked at in the picture. */
export function CheckTab() {
  const { check: words } = texts.value;
  useEffect(session.followCheck, []);
  const { expression, inputs, claims } = session.handedIn.value;
  const trouble = session.fault.value;
  const faults = trouble instanceof ServiceProblem ? faultsOf(trouble.document.errors) : [];
  const hurried = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) session.check();
  };
  return (
    <div class="formula-tab check-tab">
      <form
        class="sheet given"
        onSubmit={(event) => {
          event.preventDefault();
          session.check();
        }}
        onKeyDown={hurried}
      >
        <h1>{words.title}</h1>
        <FormulaField value={expression} faults={faults} label={words.formula} onValue={(next) => session.hand({ expression: next })} />
        <TextArea label={words.inputs} hint={words.inputsHint} value={inputs} onValue={(next) => session.hand({ inputs: next })} />
        <TextArea label={words.claims} hint={words.claimsHint} value={claims} onValue={(next) => session.hand({ claims: next })} />
        <p class="actions">
          <button type="submit" class="chief">
            {words.check}
          </button>
        </p>
        {trouble !== null && faults.length === 0 && <ProblemNote error={trouble} />}
      </form>
      <Judged />
    </div>
  );
}

interface TextAreaProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onValue: (text: string) => void;
}

function TextArea({ label, hint, value, onValue }: TextAreaProps) {
  return (
    <label class="text-area">
      <span>{label}</span>
      <textarea
        class="mono"
        rows={Math.min(14, Math.max(2, value.split("\n").length))}
        spellcheck={false}
        autocapitalize="off"
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
      <span class="quiet small">{hint}</span>
    </label>
  );
}

function Judged() {
  const { check: words, shell, formula } = texts.value;
  const work = session.checked.value;
  if (work === null) return <div class="seen">{session.fault.value === null && <p class="quiet">{shell.loading}</p>}</div>;
  const { explanation, svg, verdict, marked } = work;
  const steps = [...explanation.forward, ...explanation.backward];
  const at = steps.findIndex(({ id }) => id === session.looked.value);
  const right = verdict.items.filter(({ passed }) => passed).length;
  return (
    <div class="seen">
      <section class="sheet" aria-label={words.verdict}>
        <p class={verdict.passed ? "headline right" : "headline wrong"} role="status">
          <span aria-hidden="true">{verdict.passed ? "✓" : "✗"}</span> {words.count(right, verdict.items.length)}
        </p>
        {verdict.diagnosis.map((cause) => (
          <p class="cause" key={cause.message}>
            {cause.message}
          </p>
        ))}
        {verdict.undecided !== undefined && <p class="quiet">{verdict.undecided}</p>}
        <VerdictTable
          verdict={verdict}
          explanation={explanation}
          claimed={claimedIn(session.submissionOf(work.of))}
          onStep={(id) => (session.looked.value = id)}
        />
      </section>
      <section class="sheet" aria-label={formula.picture.title}>
        <Picture svg={svg} steps={steps} at={at < 0 ? null : at} marked={marked} />
        {at >= 0 && (
          <>
            <Said step={steps[at] ?? null} summary="" />
            <p class="actions">
              <button type="button" onClick={() => (session.looked.value = null)}>
                {formula.stepper.all}
              </button>
              <a href={session.lessonOf(work.of, session.looked.value)}>{words.lesson}</a>
            </p>
          </>
        )}
      </section>
      <Copies path="/v1/grade" body={session.gradeRequestOf(work.of)} member="diagnosis" picture={null} fileName="" />
    </div>
  );
}
