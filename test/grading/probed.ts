import { catalogue } from "../../src/ops/catalogue.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { writtenAs } from "../acceptance/fuzz/tensors.ts";
import { caseOf, specAt, tensorsOf } from "../ops/cases.ts";

/** Every operator with something to differentiate, at the points that it names itself: a graph of one node, and what to ask of it. */
export const probed = catalogue.flatMap((op) =>
  op.probes.flatMap((probe, at) => {
    const { outputs, inputs, variables } = caseOf(op, probe);
    const of = outputs.findIndex(({ dtype }) => isFloating(dtype));
    if (of < 0 || variables.length === 0) return [];
    const names = outputs.map((_, k) => `y${k}`);
    const tensors = tensorsOf(op, probe).map((tensor) => tensor && writtenAs({ ...tensor, numbers: [...tensor.data] }, "flat"));
    // Inputs that decide shapes are literals, as they mostly are.
    const isFed = tensors.map((tensor, k) => tensor !== null && specAt(op, k).static !== true);
    const node = {
      outputs: names,
      op: op.type,
      inputs: tensors.map((tensor, k) => (isFed[k] ? `x${k}` : tensor)),
      attributes: probe.attributes,
    };
    const request = {
      graph: { nodes: [node], outputs: names },
      inputs: Object.fromEntries(tensors.flatMap((tensor, k) => (isFed[k] ? [[`x${k}`, tensor]] : []))),
      wrt: variables.map((variable) => `x${inputs.indexOf(variable)}`),
      of: names[of],
    };
    return [[op.type, at, request] as const];
  }),
);
