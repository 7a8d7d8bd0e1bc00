import { ancestors, type Node, type Value } from "../ir/graph.ts";
import { apply, paddedInputs } from "../ops/apply.ts";
import { imaginary, real } from "../ops/complex.ts";
import { type Complex, has, isComposite, operatorOf } from "../ops/define.ts";
import { isFloating } from "../tensor/dtype.ts";

/** A node whose operator has no complex form; `op` is that operator, which may lie inside the node's expansion. */
export class NotAnalytic extends Error {
  override readonly name = "NotAnalytic";
  readonly node: Node;
  readonly op: string;

  constructor(node: Node, op: string) {
    super(`${op} has no complex form`);
    this.node = node;
    this.op = op;
  }
}

/**
 * Evaluation over the complex numbers as graph → graph: what `of` become when the values in `moved` have the given imaginary parts, each of
 * its value's type. Only nodes with ids above `since` are walked; what lies before them is real unless `moved` says otherwise. What an
 * operator lets no gradient through stays real. Throws NotAnalytic.
 */
export function complexForms(of: readonly Value[], moved: ReadonlyMap<Value, Complex>, since = 0): Complex[] {
  const forms = new Map(moved);
  const formOf = (value: Value): Complex => forms.get(value) ?? real(value);
  for (const node of ancestors(of, since)) {
    const inputs = node.inputs.map((value) => value && formOf(value));
    if (!node.inputs.some((value) => value !== null && forms.has(value))) continue;
    formsOf(node, inputs).forEach((form, at) => {
      const value = node.outputs[at];
      if (value !== undefined && !forms.has(value)) forms.set(value, isFloating(value.dtype) ? form : real(form.re));
    });
  }
  return of.map(formOf);
}

function formsOf(node: Node, inputs: readonly (Complex | null)[]): readonly Complex[] {
  const op = operatorOf(node.op);
  const { attributes } = node;
  const realParts = (): readonly Value[] =>
    apply(
      op,
      inputs.map((form) => form && form.re),
      attributes,
      node.outputs.length,
    );
  if (inputs.every((form) => form === null || form.im === null)) return realParts().map(real);
  if (has(op, "linear")) return linearForms(node, inputs, realParts());
  if (isComposite(op)) return throughExpansion(node, inputs);
  if (op.vjp === null) return realParts().map(real);
  const forms = op.complex?.({ inputs: paddedInputs(op, inputs), attributes }) ?? null;
  if (forms === null) throw new NotAnalytic(node, op.type);
  return forms;
}

/** A linear operator acts on the imaginary parts as on the real ones; inputs that it is not linear in stand beside both. */
function linearForms(node: Node, inputs: readonly (Complex | null)[], re: readonly Value[]): readonly Complex[] {
  const op = operatorOf(node.op);
  const moved = inputs.map((form, at) => {
    const spec = op.inputs[Math.min(at, op.inputs.length - 1)];
    return form && (spec.differentiable === true ? imaginary(form) : form.re);
  });
  const im = apply(op, moved, node.attributes, node.outputs.length);
  return re.map((value, at) => ({ re: value, im: im[at] }));
}

function throughExpansion(node: Node, inputs: readonly (Complex | null)[]): readonly Complex[] {
  const { expansion } = node;
  if (expansion === null) throw new Error(`${node.op} has neither a complex form nor an expansion`);
  const inner = new Map<Value, Complex>();
  expansion.inputs.forEach((value, at) => {
    const form = inputs[at] ?? null;
    if (value !== null && form !== null) inner.set(value, form);
  });
  try {
    return complexForms(expansion.outputs, inner, expansion.since);
  } catch (error) {
    // What a composite stands for is not the caller's.
    throw error instanceof NotAnalytic ? new NotAnalytic(node, error.op) : error;
  }
}
