import { graphOf } from "../../../src/ir/graph.ts";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import { interpret } from "../../support/interpret.ts";
import { compileFormula, formulaDraft, givenInputs } from "../programs.ts";

/** The numbers of a formula's output, and its shape, with those of the inputs that it reads. */
export function valueOf(text: string, inputs: Readonly<Record<string, unknown>>): { shape: readonly number[]; data: number[] } {
  const read = formulaDraft(text, Object.keys(inputs)).inputs.map(({ name }) => name);
  const used = Object.fromEntries(read.filter((name) => name in inputs).map((name) => [name, inputs[name]]));
  const program = compileFormula(text, used);
  const { tensors } = givenInputs(used);
  const feeds = new Map(
    program.inputs.map(({ name, value }) => {
      const { shape, data } = tensors.get(name) ?? { shape: [], data: [] };
      return [value, tensorOf(value.dtype, shape, Array.from(data))] as const;
    }),
  );
  const outputs = program.outputs.map(({ value }) => value);
  const [{ shape, data }] = interpret(graphOf([...feeds.keys()], outputs), feeds);
  return { shape, data: Array.from(data) };
}

export const numberOf = (text: string, inputs: Readonly<Record<string, unknown>>): number => valueOf(text, inputs).data[0];
