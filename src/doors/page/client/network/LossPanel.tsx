import { useState } from "preact/hooks";
import { Curves } from "../charts/Curves.tsx";
import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import { numberOf } from "./answers.ts";
import { training } from "./state.ts";

const shownRows = 12;

/** The loss of every update, as the service's history has it. */
export function LossPanel() {
  const { network: words } = texts.value;
  const [isLogarithmic, setLogarithmic] = useState(true);
  const rows = training.rows.value;
  const last = rows.at(-1);
  const held = rows.some((row) => row.val_loss !== undefined);
  const finite = (value: unknown): number | null => {
    const number = numberOf(value);
    return Number.isFinite(number) && (!isLogarithmic || number > 0) ? number : null;
  };
  const curves = [
    { name: words.curve.training, colour: "--link", values: rows.map((row) => finite(row.loss)) },
    ...(held
      ? [
          {
            name: words.curve.held,
            colour: "--value",
            dash: [6, 4],
            values: rows.map((row) => (row.val_loss === undefined ? null : finite(row.val_loss))),
          },
        ]
      : []),
  ];
  const every = Math.max(1, Math.ceil(rows.length / shownRows));
  return (
    <section class="sheet" aria-labelledby="curve-title">
      <div class="row">
        <h2 id="curve-title">{words.curve.title}</h2>
        <label class="small check">
          <input type="checkbox" checked={isLogarithmic} onChange={({ currentTarget }) => setLogarithmic(currentTarget.checked)} />
          {words.curve.logarithmic}
        </label>
      </div>
      {last === undefined ? (
        <p class="quiet small">{words.curve.none}</p>
      ) : (
        <>
          <Curves
            label={words.curve.label(last.step, shortOf(numberOf(last.loss)))}
            axis={words.curve.axis}
            steps={rows.map(({ step }) => step)}
            curves={curves}
            isLogarithmic={isLogarithmic}
            height={260}
          />
          <details class="small">
            <summary>{words.asTable}</summary>
            <table>
              <thead>
                <tr>
                  <th scope="col">{words.run.updates}</th>
                  <th scope="col">{words.run.loss}</th>
                  {held && <th scope="col">{words.run.heldLoss}</th>}
                </tr>
              </thead>
              <tbody>
                {rows
                  .filter((row, at) => at % every === 0 || row === last)
                  .map((row) => (
                    <tr key={row.step}>
                      <td>{row.step}</td>
                      <td>{shortOf(numberOf(row.loss))}</td>
                      {held && <td>{row.val_loss === undefined ? "" : shortOf(numberOf(row.val_loss))}</td>}
                    </tr>
                  ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}
