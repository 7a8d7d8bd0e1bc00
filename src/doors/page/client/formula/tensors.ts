/** A tensor as JSON has it. Numbers that are not finite are texts there. */
export type TensorJson = number | string | boolean | readonly TensorJson[];

export const isTensor = (json: unknown): json is TensorJson =>
  typeof json === "number" || typeof json === "string" || typeof json === "boolean" || (Array.isArray(json) && json.every(isTensor));

/** The sizes of the axes, by the first element of each; [] is a number. */
export function shapeOf(tensor: TensorJson): number[] {
  return Array.isArray(tensor) ? [tensor.length, ...(tensor.length === 0 ? [] : shapeOf(tensor[0]))] : [];
}

/** A matrix of what the tensor has, in rows; a list is one row, a number a matrix of one. Null where there are more than two axes. */
export function rowsOf(tensor: TensorJson): readonly (readonly TensorJson[])[] | null {
  const { length } = shapeOf(tensor);
  if (length > 2) return null;
  if (!Array.isArray(tensor)) return [[tensor]];
  return length === 1 ? [tensor] : tensor.map((row: TensorJson) => (Array.isArray(row) ? row : [row]));
}

/** The same numbers in another shape, cut where there are fewer places and continued with zeros where there are more. */
export function reshaped(tensor: TensorJson, shape: readonly number[]): TensorJson {
  const rows = rowsOf(tensor) ?? [[0]];
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const cells = Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, column) => rows[row]?.[column] ?? 0));
  if (shape.length === 0) return cells[0]?.[0] ?? 0;
  return shape.length === 1 ? (cells[0] ?? []) : cells;
}

/** The tensor with one of its elements replaced, at a row and a column. */
export function withCell(tensor: TensorJson, row: number, column: number, value: number): TensorJson {
  if (!Array.isArray(tensor)) return value;
  const isMatrix = Array.isArray(tensor[0]);
  if (!isMatrix) return tensor.with(column, value);
  return tensor.with(row, (tensor[row] as readonly TensorJson[]).with(column, value));
}

/** What a spreadsheet, or NumPy, copies: rows of numbers between tabs, commas, semicolons or spaces. Null where it is anything else. */
export function pastedRows(text: string): number[][] | null {
  const lines = text.replaceAll(/[[\]()]/g, " ").split(/\r?\n/);
  const rows = lines.map((line) => line.split(/[\s,;]+/).filter((cell) => cell !== "")).filter((row) => row.length > 0);
  const numbers = rows.map((row) => row.map((cell) => Number(cell.replace("−", "-"))));
  const width = numbers[0]?.length ?? 0;
  return width > 0 && numbers.every((row) => row.length === width && row.every(Number.isFinite)) ? numbers : null;
}

/** Where a slider ends that can show the value: 5 at the least, and twice the value and more. */
export function reachOf(value: number): number {
  const wanted = Math.abs(value) * 1.5;
  if (!(wanted > 5)) return 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5, 10].find((each) => each * power >= wanted) ?? 10) * power;
}

/** A number as a person writes it, to so many significant digits. */
export function written(value: unknown, digits: number): string {
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** A tensor in one line: numbers and short lists as they are, and larger ones by their shape. */
export function summary(tensor: unknown, digits: number): string {
  if (!Array.isArray(tensor)) return written(tensor, digits);
  if (!isTensor(tensor)) return "";
  const flat = tensor.flat(8);
  if (flat.length > 16) return `[${shapeOf(tensor).join(" × ")}]`;
  return `[${tensor.map((each: TensorJson) => summary(each, digits)).join(", ")}]`;
}
