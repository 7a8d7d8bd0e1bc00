import { texts } from "../shell/settings.ts";
import { pastedRows, reshaped, rowsOf, shapeOf, type TensorJson, withCell, written } from "./tensors.ts";

interface MatrixGridProps {
  readonly name: string;
  readonly value: TensorJson;
  readonly onValue: (value: TensorJson) => void;
}

/** So many cells a grid shows; more numbers are pasted and shown by their shape. */
const mostCells = 400;

/** A list or matrix as cells that are written in, or pasted into from a spreadsheet. */
export function MatrixGrid({ name, value, onValue }: MatrixGridProps) {
  const { inputs: words } = texts.value.formula;
  const rows = rowsOf(value);
  const shape = shapeOf(value);
  if (rows === null || rows.length * (rows[0]?.length ?? 0) > mostCells) {
    return (
      <textarea
        class="mono"
        rows={3}
        aria-label={words.numbers(name)}
        value={JSON.stringify(value)}
        onChange={({ currentTarget }) => {
          const pasted = numbersIn(currentTarget.value);
          if (pasted !== null) onValue(pasted);
        }}
      />
    );
  }
  const paste = (event: ClipboardEvent): void => {
    const pasted = pastedRows(event.clipboardData?.getData("text/plain") ?? "");
    // One number is pasted into its cell as everywhere.
    if (pasted === null || (pasted.length === 1 && pasted[0]?.length === 1)) return;
    event.preventDefault();
    onValue(shape.length === 1 && pasted.length === 1 ? (pasted[0] ?? []) : pasted);
  };
  const move = (event: KeyboardEvent): void => {
    const change = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (change === undefined || !(event.target instanceof HTMLInputElement)) return;
    const [row, column] = [Number(event.target.dataset.row) + change, event.target.dataset.column];
    const next = event.target.closest("table")?.querySelector<HTMLInputElement>(`input[data-row="${row}"][data-column="${column}"]`);
    event.preventDefault();
    next?.select();
    next?.focus();
  };
  return (
    <table class="grid" onPaste={paste} onKeyDown={move} aria-label={name}>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, column) => (
              <td key={column}>
                <input
                  type="text"
                  inputMode="decimal"
                  data-row={at}
                  data-column={column}
                  aria-label={words.cell(name, at + 1, column + 1)}
                  value={written(cell, 6).replace("−", "-")}
                  onChange={({ currentTarget }) => {
                    const number = Number(currentTarget.value.replace(",", ".").replace("−", "-"));
                    if (currentTarget.value.trim() !== "" && Number.isFinite(number)) onValue(withCell(value, at, column, number));
                    else currentTarget.value = written(cell, 6);
                  }}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function numbersIn(text: string): TensorJson | null {
  const rows = pastedRows(text.trim().startsWith("[") ? text.replaceAll(/\]\s*,/g, "]\n") : text);
  return rows === null ? null : rows.length === 1 ? (rows[0] ?? null) : rows;
}

/** A number, a list, or a matrix of some size. */
export function ShapeChoice({ name, value, onValue }: MatrixGridProps) {
  const { inputs: words } = texts.value.formula;
  const shape = shapeOf(value);
  const size = (axis: number, text: string): void => {
    const wanted = Math.min(50, Math.max(1, Math.round(Number(text)) || 1));
    onValue(reshaped(value, shape.with(axis, wanted)));
  };
  return (
    <span class="shape">
      <select
        aria-label={words.kind(name)}
        value={Math.min(2, shape.length)}
        onChange={({ currentTarget }) =>
          onValue(
            reshaped(
              value,
              ([[], [shape.at(-1) ?? 2], [shape.at(-2) ?? 2, shape.at(-1) ?? 2]] as const)[currentTarget.selectedIndex] ?? [],
            ),
          )
        }
      >
        {words.kinds.map((kind, rank) => (
          <option key={kind} value={rank}>
            {kind}
          </option>
        ))}
      </select>
      {shape.length <= 2 &&
        shape.map((each, axis) => (
          <>
            {axis > 0 && <span aria-hidden="true">×</span>}
            <input
              key={axis}
              type="number"
              min={1}
              max={50}
              aria-label={words.size(name, axis + 1)}
              value={each}
              onChange={({ currentTarget }) => size(axis, currentTarget.value)}
            />
          </>
        ))}
    </span>
  );
}
