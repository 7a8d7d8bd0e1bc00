import { useState } from "preact/hooks";
import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import type { LayerChoice } from "./design.ts";
import { type Column, columnsOf, greatest, type WeightLink, linksOf, rootMeanSquare } from "./diagram.ts";
import type { LayerLook, Look } from "./look.ts";
import type { Samples } from "./samples.ts";
import { UnitTable } from "./UnitTable.tsx";

interface DiagramProps {
  readonly layers: readonly LayerChoice[];
  readonly samples: Samples;
  readonly look: Look | null;
}

/** A unit, by its column and its place in it. */
interface UnitPlace {
  readonly column: number;
  readonly unit: number;
}

const apart = { across: 150, down: 28, left: 64, top: 44, radius: 8 };
const xOf = (column: number): number => apart.left + column * apart.across;

/** The network as columns of units: how large each weight is, and how strongly the loss of the current step pulls at it. */
export function Diagram({ layers, samples, look }: DiagramProps) {
  const { network: words } = texts.value;
  const [chosen, setChosen] = useState<UnitPlace>({ column: 1, unit: 0 });
  const [pointed, setPointed] = useState<(WeightLink & { readonly column: number }) | null>(null);
  const columns = columnsOf(layers, samples.inputs[0]?.length ?? 1, samples.outputs);
  const looks = look?.layers ?? [];
  const tallest = Math.max(...columns.map(({ shown, width }) => shown + (width > shown ? 1 : 0)));
  const height = apart.top + tallest * apart.down + 16;
  const width = xOf(columns.length - 1) + apart.left + 30;
  const yOf = ({ shown }: Column, unit: number): number => apart.top + ((tallest - shown) / 2 + unit + 0.5) * apart.down;
  const here: UnitPlace = {
    column: Math.min(chosen.column, columns.length - 1),
    unit: Math.min(chosen.unit, columns[Math.min(chosen.column, columns.length - 1)].shown - 1),
  };
  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const column = Math.min(columns.length - 1, Math.max(1, here.column + step[0]));
    const unit = Math.min(columns[column].shown - 1, Math.max(0, here.unit + step[1]));
    setChosen({ column, unit });
    const next = (event.currentTarget as Element).querySelector<SVGGElement>(`[data-unit="${column}/${unit}"]`);
    next?.focus();
  };
  return (
    <section class="sheet diagram" aria-labelledby="diagram-title">
      <h2 id="diagram-title">{words.diagram.title}</h2>
      <p class="small quiet">{words.diagram.legend}</p>
      <div class="drawn">
        <div class="scroll" role="group" tabIndex={0} aria-label={words.diagram.label}>
          <svg viewBox={`0 0 ${width} ${height}`} style={{ width: `${width}px` }} onKeyDown={move}>
            {looks.map((layer, at) => (
              <Links
                key={layer.name}
                layer={layer}
                from={columns[at]}
                to={columns[at + 1]}
                x={xOf(at)}
                yOf={yOf}
                chosen={here.column === at + 1 ? here.unit : null}
                point={(link) => setPointed(link && { ...link, column: at + 1 })}
              />
            ))}
            {columns.map((column, at) => (
              <g key={at}>
                <text class="title" x={xOf(at)} y={16}>
                  {column.name === null ? words.diagram.inputs : `Linear ${column.width}`}
                </text>
                <text class="passes" x={xOf(at)} y={32}>
                  {column.passes.join(" · ")}
                </text>
                {Array.from({ length: column.shown }, (_, unit) => {
                  const isChosen = here.column === at && here.unit === unit;
                  const label = words.diagram.unit(unit + 1, at, column.width);
                  return at === 0 ? (
                    <g key={unit} class="unit source">
                      <title>{samples.columns[unit] ?? words.diagram.inputName(unit + 1)}</title>
                      <circle cx={xOf(at)} cy={yOf(column, unit)} r={apart.radius} />
                      <text x={xOf(at) - apart.radius - 6} y={yOf(column, unit)}>
                        {(samples.columns[unit] ?? "").slice(0, 8)}
                      </text>
                    </g>
                  ) : (
                    <g
                      key={unit}
                      class={isChosen ? "unit chosen" : "unit"}
                      data-unit={`${at}/${unit}`}
                      role="button"
                      aria-pressed={isChosen}
                      aria-label={label}
                      tabIndex={isChosen || (here.column === 0 && at === 1 && unit === 0) ? 0 : -1}
                      onClick={() => setChosen({ column: at, unit })}
                      onFocus={() => setChosen({ column: at, unit })}
                    >
                      <circle cx={xOf(at)} cy={yOf(column, unit)} r={apart.radius} />
                    </g>
                  );
                })}
                {column.width > column.shown && (
                  <text class="more" x={xOf(at)} y={yOf(column, column.shown)}>
                    {words.diagram.more(column.width - column.shown)}
                  </text>
                )}
              </g>
            ))}
          </svg>
        </div>
        {here.column > 0 && looks[here.column - 1] !== undefined && (
          <UnitTable layer={looks[here.column - 1]} unit={here.unit} column={here.column} inputs={samples.columns} />
        )}
      </div>
      <p class="pointed small mono">
        {pointed === null ? " " : words.diagram.link(pointed.from + 1, pointed.to + 1, shortOf(pointed.weight), shortOf(pointed.gradient))}
      </p>
      {look !== null && <ParameterTable look={look} />}
    </section>
  );
}

interface LinksProps {
  readonly layer: LayerLook;
  readonly from: Column;
  readonly to: Column;
  readonly x: number;
  readonly yOf: (column: Column, unit: number) => number;
  readonly chosen: number | null;
  readonly point: (link: WeightLink | null) => void;
}

function Links({ layer, from, to, x, yOf, chosen, point }: LinksProps) {
  const links = linksOf(layer, from, to);
  const heaviest = greatest(layer.weights.flat()) || 1;
  const steepest = greatest(layer.gradients.flat()) || 1;
  return (
    <g class="links" onMouseLeave={() => point(null)}>
      {links.map((link) => (
        <path
          key={`${link.from}/${link.to}`}
          class={`${link.weight < 0 ? "negative" : ""} ${chosen === link.to ? "chosen" : ""}`}
          d={`M${x + apart.radius} ${yOf(from, link.from)} L${x + apart.across - apart.radius} ${yOf(to, link.to)}`}
          style={{
            strokeWidth: `${0.6 + (4.4 * Math.abs(link.weight)) / heaviest}px`,
            "--heat": `${Math.round((100 * Math.abs(link.gradient)) / steepest)}%`,
          }}
          onMouseEnter={() => point(link)}
        />
      ))}
    </g>
  );
}

/** All weights in a few numbers a layer, for who would rather read. */
function ParameterTable({ look }: { readonly look: Look }) {
  const { network: words } = texts.value;
  return (
    <details class="small">
      <summary>{words.diagram.table}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.diagram.parameter}</th>
              <th scope="col">{words.diagram.shape}</th>
              <th scope="col">{words.diagram.size}</th>
              <th scope="col">{words.diagram.pull}</th>
              <th scope="col">{words.diagram.steepest}</th>
            </tr>
          </thead>
          <tbody>
            {look.layers.flatMap(({ name, weights, gradients, biases, biasGradients }) => [
              <ParameterRow
                key={`${name}w`}
                name={`${name}.weight`}
                shape={`${weights.length} × ${weights[0]?.length ?? 0}`}
                values={weights}
                gradients={gradients}
              />,
              <ParameterRow
                key={`${name}b`}
                name={`${name}.bias`}
                shape={String(biases.length)}
                values={[biases]}
                gradients={[biasGradients]}
              />,
            ])}
          </tbody>
        </table>
      </div>
    </details>
  );
}

interface ParameterRowProps {
  readonly name: string;
  readonly shape: string;
  readonly values: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

const ParameterRow = ({ name, shape, values, gradients }: ParameterRowProps) => (
  <tr>
    <th scope="row">
      <code>{name}</code>
    </th>
    <td>{shape}</td>
    <td>{shortOf(rootMeanSquare(values))}</td>
    <td>{shortOf(rootMeanSquare(gradients))}</td>
    <td>{shortOf(greatest(gradients.flat()))}</td>
  </tr>
);
