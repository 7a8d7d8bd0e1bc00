import { describe, expect, test } from "vitest";
import "../../support/close.ts";
import { compiled, expected, named, run } from "./support.ts";

describe("training or not", () => {
  const input = [
    [1, 2, 3, 4],
    [5, 6, 7, 9],
  ];

  test("batch normalisation goes by the batch with a loss, and by the running statistics without", () => {
    const network = { layers: [{ type: "BatchNorm1d", affine: false }], loss: { type: "MSELoss" } };
    const outputOf = (source: object, given: object): ReturnType<typeof run>[0] => {
      const { program, feeds } = compiled(source, {
        inputs: { input, ...given },
        parameters: { "0.running_mean": [1, 1, 1, 1], "0.running_var": [4, 4, 4, 4] },
      });
      return run([named(program.outputs, "output")], feeds)[0];
    };
    const byBatch = { relative: 1e-5 };
    const byRunning = expected([
      [0, 0.5, 1, 1.5],
      [2, 2.5, 3, 4],
    ]);
    expect(outputOf(network, { target: input })).toBeNear(
      expected([
        [-1, -1, -1, -1],
        [1, 1, 1, 1],
      ]),
      byBatch,
    );
    expect(outputOf({ ...network, training: false }, { target: input })).toBeNear(byRunning, byBatch);
    expect(outputOf({ layers: network.layers }, {})).toBeNear(byRunning, byBatch);
    expect(outputOf({ layers: network.layers, training: true }, {})).toBeNear(
      expected([
        [-1, -1, -1, -1],
        [1, 1, 1, 1],
      ]),
      byBatch,
    );
  });

  test("the whole state_dict may be given, the count of batches too", () => {
    const parameters = {
      "0.weight": [1, 1, 1, 1],
      "0.bias": [0, 0, 0, 0],
      "0.running_mean": [0, 0, 0, 0],
      "0.running_var": [1, 1, 1, 1],
      "0.num_batches_tracked": 12,
    };
    const { program } = compiled({ layers: [{ type: "BatchNorm1d" }] }, { inputs: { input }, parameters });
    expect(program.inputs.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "input input",
      "0.weight parameter",
      "0.bias parameter",
      "0.running_mean buffer",
      "0.running_var buffer",
    ]);
  });

  test("dropout drops by seed and layer, and scales up what it keeps", () => {
    const ones = [new Array(400).fill(1)];
    const drop = (seed: number, training = true): number[] => {
      const { program, feeds } = compiled(
        {
          layers: [
            { type: "Dropout", p: 0.25 },
            { type: "Dropout", p: 0.25 },
          ],
          training,
        },
        { inputs: { input: ones }, seed },
      );
      const [first, second] = run([named(program.values, "0"), named(program.values, "output")], feeds);
      const kept = Array.from(first.data).filter((number) => number !== 0);
      if (training) {
        expect(new Set(kept)).toEqual(new Set([1 / 0.75]));
        expect(Math.abs(kept.length / 400 - 0.75)).toBeLessThan(0.1);
        // The two layers drop apart from each other.
        const both = Array.from(second.data).filter((number) => number !== 0).length;
        expect(Math.abs(both / 400 - 0.75 ** 2)).toBeLessThan(0.1);
      }
      return Array.from(second.data);
    };
    expect(drop(1)).toEqual(drop(1));
    expect(drop(1)).not.toEqual(drop(2));
    expect(drop(1, false)).toEqual(ones[0]);
  });

  test("dropout between stacked recurrent layers is seeded too", () => {
    const network = { layers: [{ type: "GRU", hidden_size: 8, num_layers: 2, dropout: 0.5 }] };
    const steps = [[[1, 2]], [[3, 4]]];
    const outputOf = (seed: number, training: boolean): number[] => {
      const parameters = Object.fromEntries(
        compiled(network, { inputs: { input: steps }, seed: 0 })
          .program.inputs.slice(1)
          .map(({ name, value, initial }) => [name, { shape: value.shape, data: Array.from(initial?.data ?? []) }]),
      );
      const { program, feeds } = compiled({ ...network, training }, { inputs: { input: steps }, parameters, seed });
      return Array.from(run([named(program.outputs, "output")], feeds)[0].data);
    };
    expect(outputOf(1, true)).toEqual(outputOf(1, true));
    expect(outputOf(1, true)).not.toEqual(outputOf(2, true));
    expect(outputOf(1, true)).not.toEqual(outputOf(1, false));
    expect(outputOf(1, false)).toEqual(outputOf(2, false));
  });
});
