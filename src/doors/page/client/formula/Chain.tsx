import type { WrittenFormula } from "../../../../render/explain/response.ts";
import { Mathematics } from "../shell/Mathematics.tsx";
import { texts } from "../shell/settings.ts";
import { change, chosen, goTo, shown, steps } from "./session.ts";
import { summary } from "./tensors.ts";

/** So many steps are named; further ones are gone through from these. */
const mostSteps = 24;

/** Why an input has its gradient: the chain rule in words of the graph, with the local derivatives in it, and in closed form. */
export function Chain() {
  const current = shown.value;
  const { chain: words } = texts.value.formula;
  if (current === null || current.explanation.gradients.length === 0) return null;
  const { explanation, state } = current;
  const { digits } = state.options;
  const input = chosen.value;
  return (
    <section class="sheet chain" aria-label={words.title}>
      <h2>{words.title}</h2>
      <div class="chips" role="group" aria-label={words.choose}>
        {explanation.gradients.map(({ name, gradient }) => (
          <button key={name} type="button" aria-pressed={name === input?.name} onClick={() => change({ chosen: name })}>
            <bdi>{name}</bdi> <span class="gradient-text">{gradient === undefined ? "" : summary(gradient, digits)}</span>
          </button>
        ))}
      </div>
      {input !== null && (
        <>
          <p>{input.sentence}</p>
          <div class="derivation">
            <Mathematics formula={input.chain} block />
            {[input.substituted, input.simplified].map(
              (formula, at, all) =>
                formula !== null && formula.latex !== all[at - 1]?.latex && <Equal key={formula.latex} formula={formula} />,
            )}
            {typeof input.gradient === "number" && (
              <p class="equal">
                <span>=</span> <strong class="gradient-text">{summary(input.gradient, digits)}</strong>
              </p>
            )}
          </div>
          {input.steps.length > 0 && (
            <p class="small way">
              {words.way}{" "}
              {input.steps.slice(0, mostSteps).map((id) => {
                const place = steps.value.findIndex((step) => step.id === id);
                const step = steps.value[place];
                return step === undefined ? null : (
                  <button key={id} type="button" class="plain" onClick={() => goTo(place)}>
                    <bdi>{step.symbol}</bdi>
                  </button>
                );
              })}
              {input.steps.length > mostSteps && "…"}
            </p>
          )}
        </>
      )}
      {explanation.recognised.map((known) => (
        <div class="known" key={known.nodes.join()}>
          <p>{known.sentence}</p>
          <Mathematics formula={known.formula} block />
          <Mathematics formula={known.derivative} block />
        </div>
      ))}
      {explanation.nonfinite !== undefined && explanation.nonfinite.sentence !== "" && (
        <p class="problem">{explanation.nonfinite.sentence}</p>
      )}
      {explanation.notes.map((note) => (
        <p class="quiet small" key={note}>
          {note}
        </p>
      ))}
    </section>
  );
}

const Equal = ({ formula }: { readonly formula: WrittenFormula }) => (
  <div class="equal">
    <span>=</span> <Mathematics formula={formula} block />
  </div>
);
