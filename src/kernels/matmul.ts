import { matrixAt, type Matrix, type Places, type Scaling } from "./matrix.ts";
import { multiplyByLoops } from "./loops/matmul-loops.ts";
import * as ways from "./wasm/assembly/gemm-ways.ts";
import { type PlacedMatrix, writeGemmBlock } from "./wasm/generated/blocks.ts";
import { type Workspace, workspaceOf } from "./workspace.ts";

/**
 * out = left · right, or its scaling alpha · left · right + beta · addend, for `count` matrices. The addend may be `out` itself, but no
 * factor may overlap it. In ordinary memory sums of products are kept in doubles and rounded once; in the workspace they are kept in the
 * element type, in an order that depends on the shapes and on nothing else.
 */
export function multiply(left: Matrix, right: Matrix, out: Matrix, scaling: Scaling | null = null, count = 1): void {
  const workspace = workspaceOf(left, right, out, scaling?.addend ?? null);
  if (workspace !== null && multiplyInWorkspace(workspace, left, right, out, scaling, count)) return;
  for (let at = 0; at < count; at++) {
    const own = scaling === null ? null : { ...scaling, addend: matrixAt(scaling.addend, at) };
    multiplyByLoops(matrixAt(left, at), matrixAt(right, at), matrixAt(out, at), own);
  }
}

/** Below this number of products the loops are done before a kernel would have begun. */
const fewProducts = 256;

/** Whether a floating-point product in the workspace is the kernel's, which rounds each of its steps to the element type. */
export const isForKernel = (m: number, n: number, k: number): boolean => m * n * k >= fewProducts;

/** Runs the kernel; false when it has none for these matrices. */
function multiplyInWorkspace(
  workspace: Workspace,
  left: Matrix,
  right: Matrix,
  out: Matrix,
  scaling: Scaling | null,
  count: number,
): boolean {
  const [m, n, k] = [out.rows.count, out.columns.count, left.columns.count];
  if (!isForKernel(count * m, n, k)) return false;
  const addend = scaling === null || scaling.beta === 0 ? null : scaling.addend;
  const matrices = addend === null ? [left, right, out] : [left, right, out, addend];
  const dtype = floatingType(matrices);
  if (dtype === null || !matrices.every(isEven)) return false;
  // The same product with the sides exchanged and everything transposed, where that is what the kernel for few rows or columns reads.
  const exchanged = n <= 3 && n < m ? !isRun(left.columns) && isRun(left.rows) : m <= 3 && !isRun(right.columns);
  const [first, second, target, plus] = exchanged
    ? [transposed(right), transposed(left), transposed(out), addend === null ? null : transposed(addend)]
    : [left, right, out, addend];
  const block = writeGemmBlock(workspace.block, {
    alpha: scaling?.alpha ?? 1,
    beta: scaling?.beta ?? 0,
    way: wayFor(first, second),
    batch: count,
    m: target.rows.count,
    n: target.columns.count,
    k,
    left: placed(first),
    right: placed(second),
    out: placed(target),
    addend: plus === null ? none : placed(plus),
  });
  workspace.run(dtype === "float32" ? "gemm_float32" : "gemm_float64", (count * m * n * k) / (dtype === "float32" ? 25 : 12), block);
  return true;
}

function wayFor(left: Matrix, right: Matrix): number {
  if (right.columns.count <= 3 && isRun(left.columns)) return ways.byDots;
  return left.rows.count <= 3 && isRun(right.columns) ? ways.byRows : ways.byTiles;
}

function floatingType(matrices: readonly Matrix[]): "float32" | "float64" | null {
  if (matrices.every(({ data }) => data instanceof Float32Array)) return "float32";
  return matrices.every(({ data }) => data instanceof Float64Array) ? "float64" : null;
}

const isEven = ({ rows, columns }: Matrix): boolean => rows.step !== null && columns.step !== null;

const transposed = ({ rows, columns, ...rest }: Matrix): Matrix => ({ ...rest, rows: columns, columns: rows });

const placed = ({ data, offset, rows, columns, next = 0 }: Matrix): PlacedMatrix => ({
  at: data.byteOffset + offset * data.BYTES_PER_ELEMENT,
  row: stepOf(rows),
  column: stepOf(columns),
  next,
});

const none: PlacedMatrix = { at: 0, row: 0, column: 0, next: 0 };

/** A single place has whatever step: the one that makes it a run. */
const stepOf = ({ count, step }: Places): number => (count === 1 ? 1 : (step ?? 0));

const isRun = (places: Places): boolean => stepOf(places) === 1;
