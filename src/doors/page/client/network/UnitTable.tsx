import { shortOf } from "../charts/numbers.ts";
import { texts } from "../shell/settings.ts";
import type { LayerLook } from "./look.ts";

interface UnitProps {
  readonly layer: LayerLook;
  readonly unit: number;
  readonly column: number;
  /** What the units before are called, where they are inputs with names. */
  readonly inputs: readonly string[];
}

const mostRows = 16;

/** The weights that lead to a unit, with their gradients; of many, those that are pulled at most. */
export function UnitTable({ layer, unit, column, inputs }: UnitProps) {
  const { network: words } = texts.value;
  const weights = layer.weights[unit] ?? [];
  const gradients = layer.gradients[unit] ?? [];
  const rows = weights.map((weight, from) => ({ from, weight, gradient: gradients[from] ?? Number.NaN }));
  const shown = rows.length <= mostRows ? rows : rows.sort((a, b) => Math.abs(b.gradient) - Math.abs(a.gradient)).slice(0, mostRows);
  return (
    <div class="scroll">
      <table class="unit-table small">
        <caption>{words.diagram.into(unit + 1, column, rows.length > shown.length ? shown.length : null)}</caption>
        <thead>
          <tr>
            <th scope="col">{words.diagram.from}</th>
            <th scope="col">{words.diagram.weight}</th>
            <th scope="col">∂L/∂w</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ from, weight, gradient }) => (
            <tr key={from}>
              <th scope="row">
                <bdi>{column === 1 ? (inputs[from] ?? words.diagram.inputName(from + 1)) : words.diagram.unitName(from + 1)}</bdi>
              </th>
              <td class="value">{shortOf(weight)}</td>
              <td class="gradient">{shortOf(gradient)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{words.diagram.bias}</th>
            <td class="value">{shortOf(layer.biases[unit] ?? Number.NaN)}</td>
            <td class="gradient">{shortOf(layer.biasGradients[unit] ?? Number.NaN)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
