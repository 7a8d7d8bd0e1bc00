import { useEffect } from "preact/hooks";
import { Copies } from "../code/Copies.tsx";
import { Picture } from "../picture/Picture.tsx";
import { text } from "../shell/api.ts";
import { faultsOf, ServiceProblem } from "../shell/problem.ts";
import { ProblemNote } from "../shell/ProblemNote.tsx";
import { texts } from "../shell/settings.ts";
import { Chain } from "./Chain.tsx";
import { exampleNames, examples } from "./examples.ts";
import { FormulaField } from "./FormulaField.tsx";
import { Inputs } from "./Inputs.tsx";
import { Options } from "./Options.tsx";
import * as session from "./session.ts";
import { stateWith } from "./state.ts";
import { Said, Stepper } from "./Stepper.tsx";
import "./formula.css";

/** A formula, its picture, and the way through it. */
export function FormulaTab() {
  const { formula: words } = texts.value;
  useEffect(session.followFormula, []);
  const { expression } = session.state.value;
  const trouble = session.trouble.value;
  const faults = trouble instanceof ServiceProblem ? faultsOf(trouble.document.errors) : [];
  return (
    <div class="formula-tab">
      <h1 class="unseen">{words.title}</h1>
      <div class="given">
        <section class="sheet" aria-label={words.field.label}>
          <FormulaField
            value={expression}
            faults={faults}
            label={words.field.label}
            onValue={(next) => session.change({ expression: next, step: null })}
          />
          {trouble !== null && faults.length === 0 && <ProblemNote error={trouble} />}
          <ExampleChoice />
        </section>
        <Inputs />
      </div>
      <Seen />
    </div>
  );
}

function ExampleChoice() {
  const { formula: words } = texts.value;
  const { expression } = session.state.value;
  const current = exampleNames.find((name) => examples[name].expression === expression);
  return (
    <label class="examples">
      {words.examples}
      <select
        value={current ?? ""}
        onChange={({ currentTarget }) => {
          const name = exampleNames[currentTarget.selectedIndex - 1];
          if (name === undefined) return;
          const { options } = session.state.peek();
          session.state.value = { ...stateWith(examples[name].expression, examples[name].inputs), options };
        }}
      >
        <option value="">{words.own}</option>
        {exampleNames.map((name) => (
          <option key={name} value={name}>
            {words.exampleNames[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Seen() {
  const { formula: words, shell } = texts.value;
  const current = session.shown.value;
  if (current === null) return <div class="seen">{session.trouble.value === null && <p class="quiet">{shell.loading}</p>}</div>;
  const { explanation, svg, state } = current;
  const steps = session.steps.value;
  const isBehind = session.trouble.value !== null || session.isEmpty.value;
  const toStep = (id: string): void => {
    const place = steps.findIndex((step) => step.id === id);
    if (place >= 0) session.goTo(place);
  };
  return (
    <div class={isBehind ? "seen behind" : "seen"}>
      {isBehind && <p class="quiet small before">{words.picture.before}</p>}
      <section class="sheet" aria-label={words.picture.title}>
        <Stepper steps={steps} at={session.at.value} onStep={session.goTo} />
        <Picture
          svg={svg}
          steps={steps}
          at={session.at.value}
          chosen={session.chosen.value?.name ?? null}
          onValue={(name) => session.change({ chosen: name })}
          onNode={(name) => toStep(`backward/${name}`)}
        />
        <Said step={steps[session.at.value ?? -1] ?? null} summary={explanation.summary} />
        <Options />
      </section>
      <Chain />
      <Copies
        path="/v1/gradients"
        body={session.programOf(current)}
        picture={() =>
          text("/v1/picture", {
            body: { ...session.programOf(current), ...session.pictureOptionsOf(state, "light"), format: "svg" },
            headers: { accept: "image/svg+xml" },
          })
        }
        fileName={explanation.objective.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_") || "graph"}
      />
    </div>
  );
}
