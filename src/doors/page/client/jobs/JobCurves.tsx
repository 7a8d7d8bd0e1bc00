import { useMemo, useState } from "preact/hooks";
import { type Curve, Curves } from "../charts/Curves.tsx";
import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import type { MetricRow } from "./answers.ts";
import { chartsOf } from "./merge.ts";

const colours = ["--link", "--value", "--gradient", "--quiet"];
const tableRows = 20;

/** The history of a job, in a chart for each kind of number, and as numbers. */
export function JobCurves({ rows }: { readonly rows: readonly MetricRow[] }) {
  const { curves: words } = texts.value.jobs;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isLogarithmic = chosen ?? isWide(rows);
  const charts = useMemo(() => chartsOf(rows), [rows]);
  const steps = useMemo(() => rows.map(({ step }) => step), [rows]);
  const names = [...charts.losses, ...charts.others, ...charts.rates];
  const chart = (title: string, measures: readonly string[], isLog: boolean) =>
    measures.length > 0 && (
      <div key={title}>
        <h3>{title}</h3>
        <Curves
          label={words.label(title, rows.length, measures.map((name) => `${name} ${lastOf(rows, name)}`).join(", "))}
          axis={words.axis}
          steps={steps}
          curves={measures.map((name, at): Curve => ({
            name,
            colour: colours[at % colours.length],
            values: valuesOf(rows, name, isLog),
            ...dashes[at % dashes.length],
          }))}
          isLogarithmic={isLog}
        />
      </div>
    );
  return (
    <section class="sheet curve-list" aria-labelledby="curves-title">
      <div class="row">
        <h2 id="curves-title">{words.title}</h2>
        <label class="check small row">
          <input type="checkbox" checked={isLogarithmic} onChange={({ currentTarget }) => setChosen(currentTarget.checked)} />
          {words.logarithmic}
        </label>
      </div>
      {rows.length === 0 && <p class="quiet small">{words.none}</p>}
      {chart(words.losses, charts.losses, isLogarithmic)}
      {chart(words.others, charts.others, false)}
      {chart(words.rates, charts.rates, false)}
      {rows.length > 0 && (
        <details class="small">
          <summary>{words.table}</summary>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">{words.step}</th>
                  {names.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(-tableRows).map((row) => (
                  <tr key={row.step}>
                    <td>{row.step}</td>
                    {names.map((name) => (
                      <td key={name}>{row[name] === undefined ? "" : shortOf(Number(row[name]))}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}

/** Curves of one chart differ by their dashes, too. */
const dashes: readonly Pick<Curve, "dash">[] = [{}, { dash: [6, 4] }, { dash: [2, 3] }, { dash: [10, 3, 2, 3] }];

const valuesOf = (rows: readonly MetricRow[], name: string, isLogarithmic: boolean): (number | null)[] =>
  rows.map((row) => {
    const value = row[name] === undefined ? Number.NaN : Number(row[name]);
    return Number.isFinite(value) && (!isLogarithmic || value > 0) ? value : null;
  });

/** Whether the losses are of so many magnitudes that the small ones would lie on the axis. */
function isWide(rows: readonly MetricRow[]): boolean {
  const losses = valuesOf(rows, "loss", true).filter((loss) => loss !== null);
  return (
    losses.length > 0 &&
    losses.reduce((most, each) => Math.max(most, each), 0) > 1000 * losses.reduce((least, each) => Math.min(least, each), Infinity)
  );
}

const lastOf = (rows: readonly MetricRow[], name: string): string =>
  shortOf(Number(rows.findLast((row) => row[name] !== undefined)?.[name]));
