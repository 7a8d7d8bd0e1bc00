import { describe, expect, test } from "vitest";
import { close, evaluate, gradients } from "./service.ts";

/** The textbook's layers and networks, through the service. */

test("ReLU passes the gradient where x > 0 and is 0 at 0", async () => {
  const answer = await gradients({
    expression: "y = relu(x)",
    inputs: {
      x: [
        [1, -0.5],
        [-2, 3],
        [0, 0],
      ],
    },
    cotangent: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  });
  close(answer.outputs, {
    y: [
      [1, 0],
      [0, 3],
      [0, 0],
    ],
  });
  close(answer.gradients, {
    x: [
      [1, 0],
      [0, 4],
      [0, 0],
    ],
  });
});

describe("affine", () => {
  test("a bias is added to every row, and its gradient is the sum over the rows", async () => {
    const answer = await gradients({
      expression: "y = xw + b",
      inputs: {
        xw: [
          [0, 0, 0],
          [10, 10, 10],
        ],
        b: [1, 2, 3],
      },
      cotangent: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
    close(answer.outputs, {
      y: [
        [1, 2, 3],
        [11, 12, 13],
      ],
    });
    close(answer.gradients, {
      xw: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      b: [5, 7, 9],
    });
  });

  test("dX = dY·Wᵀ, dW = Xᵀ·dY, dB = the sum over the batch", async () => {
    const x = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const w = [
      [1, -1, 2],
      [0.5, 3, -2],
    ];
    const dy = [
      [1, 0, 2],
      [-1, 1, 0],
      [3, -2, 1],
    ];
    const answer = await gradients({ expression: "y = x @ w + b", inputs: { x, w, b: [0.1, 0.2, 0.3] }, cotangent: dy });
    close(answer.gradients, { x: product(dy, transposed(w)), w: product(transposed(x), dy), b: [3, -1, 3] });
  });
});

describe("softmax", () => {
  test("with cross-entropy: (y - t) / N", async () => {
    for (const [y, target, expected] of [
      [
        [0.3, 0.2, 0.5],
        [0, 1, 0],
        [0.3, -0.8, 0.5],
      ],
      [
        [0.01, 0.99, 1e-300],
        [0, 1, 0],
        [0.01, -0.01, 1e-300],
      ],
    ]) {
      const x = y.map(Math.log);
      const network = { layers: [{ type: "Identity" }], loss: { type: "CrossEntropyLoss" } };
      const one = await gradients({ network, inputs: { input: [x], target: [target] }, wrt: ["input"] });
      close(one.gradients, { input: [expected] }, 1e-12);
      const batch = await gradients({ network, inputs: { input: [x, x], target: [target, target] }, wrt: ["input"] });
      close(batch.gradients, { input: [expected, expected].map((row) => row.map((number) => number / 2)) }, 1e-12);
    }
  });

  test("does not overflow", async () => {
    const small = await evaluate({ expression: "y = softmax(x)", inputs: { x: [0.3, 2.9, 4] } });
    close(small.outputs, { y: [0.018211273295547534, 0.24519181293507392, 0.7365969137693786] });
    const large = await evaluate({ expression: "y = softmax(x)", inputs: { x: [1010, 1000, 990] } });
    close(large.outputs, { y: [0.999954600070331, 4.539786860886666e-5, 2.061060046209062e-9] });
  });
});

test("a three-layer network", async () => {
  const answer = await evaluate({
    expression: `A1 = x @ W1 + b1
      Z1 = sigmoid(A1)
      A2 = Z1 @ W2 + b2
      Z2 = sigmoid(A2)
      y = Z2 @ W3 + b3`,
    inputs: {
      x: [1, 0.5],
      W1: [
        [0.1, 0.3, 0.5],
        [0.2, 0.4, 0.6],
      ],
      b1: [0.1, 0.2, 0.3],
      W2: [
        [0.1, 0.4],
        [0.2, 0.5],
        [0.3, 0.6],
      ],
      b2: [0.1, 0.2],
      W3: [
        [0.1, 0.3],
        [0.2, 0.4],
      ],
      b3: [0.1, 0.2],
    },
    return: ["outputs", "nodes"],
  });
  const value = (name: string): unknown => answer.nodes.find((node) => node.name === name)?.value;
  close(value("A1"), [0.3, 0.7, 1.1]);
  close(value("Z1"), [0.57444252, 0.66818777, 0.75026011], 1e-8);
  close(value("A2"), [0.51615984, 1.21402696], 1e-8);
  close(value("Z2"), [0.62624937, 0.7710107], 1e-7);
  close(answer.outputs, { y: [0.31682708, 0.69627909] }, 2e-8);
});

test("simpleNet", async () => {
  const W = [
    [0.47355232, 0.9977393, 0.84668094],
    [0.85557411, 0.03563661, 0.69422093],
  ];
  const answer = await gradients({
    network: { layers: [{ type: "Linear", in_features: 2, out_features: 3, bias: false }], loss: { type: "CrossEntropyLoss" } },
    parameters: { "0.weight": transposed(W) },
    inputs: { input: [[0.6, 0.9]], target: [2] },
  });
  close(answer.outputs.output, [[1.05414809, 0.63071653, 1.1328074]], 1e-8);
  // The source rounds W to eight digits after it has computed the loss.
  close(answer.outputs.loss, 0.92806853663411326, 1e-8);
  close(answer.outputs.loss, 0.928068538748235);
  close(
    transposed(answer.gradients["0.weight"] as number[][]),
    [
      [0.21924763, 0.14356247, -0.36281009],
      [0.32887144, 0.2153437, -0.54421514],
    ],
    1e-7,
  );
});

describe("convolution", () => {
  const x = [
    [
      [
        [1, 2, 3, 0],
        [0, 1, 2, 3],
        [3, 0, 1, 2],
        [2, 3, 0, 1],
      ],
    ],
  ];
  const w = [
    [
      [
        [2, 0, 1],
        [0, 1, 2],
        [1, 0, 2],
      ],
    ],
  ];

  test("as a graph, with bias and padding", async () => {
    const conv = async (inputs: unknown[], attributes: object = {}): Promise<unknown> =>
      (await evaluate({ graph: { nodes: [{ name: "y", op: "Conv", inputs, attributes }], outputs: ["y"] }, inputs: { x, w } })).outputs.y;
    close(await conv(["x", "w"]), [
      [
        [
          [15, 16],
          [6, 15],
        ],
      ],
    ]);
    close(await conv(["x", "w", [3]]), [
      [
        [
          [18, 19],
          [9, 18],
        ],
      ],
    ]);
    close(await conv(["x", "w"], { pads: [1, 1, 1, 1] }), [
      [
        [
          [7, 12, 10, 2],
          [4, 15, 16, 10],
          [10, 6, 15, 6],
          [8, 10, 4, 3],
        ],
      ],
    ]);
  });

  test("as a layer", async () => {
    const layer = { type: "Conv2d", in_channels: 1, out_channels: 1, kernel_size: 3, padding: 1, bias: false };
    const answer = await evaluate({ network: { layers: [layer] }, parameters: { "0.weight": w }, inputs: { input: x } });
    close(answer.outputs.output, [
      [
        [
          [7, 12, 10, 2],
          [4, 15, 16, 10],
          [10, 6, 15, 6],
          [8, 10, 4, 3],
        ],
      ],
    ]);
  });

  test("output sizes are (H + 2P - F) / S + 1", async () => {
    for (const [height, width, kernel, padding, stride, expected] of [
      [4, 4, 3, 1, 1, [4, 4]],
      [7, 7, 3, 0, 2, [3, 3]],
      [28, 31, 5, 2, 3, [10, 11]],
    ] as const) {
      const layer = { type: "Conv2d", in_channels: 1, out_channels: 1, kernel_size: kernel, padding, stride };
      const input = { shape: [1, 1, height, width], dtype: "float64", data: new Array<number>(height * width).fill(1) };
      const answer = await evaluate({ network: { layers: [layer] }, inputs: { input }, encoding: "flat" });
      expect(answer.outputs.output).toMatchObject({ shape: [1, 1, ...expected] });
    }
  });
});

test("max pooling 2×2 with stride 2", async () => {
  const answer = await evaluate({
    network: { layers: [{ type: "MaxPool2d", kernel_size: 2 }] },
    inputs: {
      input: [
        [
          [
            [1, 2, 1, 0],
            [0, 1, 2, 3],
            [3, 0, 1, 2],
            [2, 4, 0, 1],
          ],
        ],
      ],
    },
  });
  close(answer.outputs, {
    output: [
      [
        [
          [2, 3],
          [4, 2],
        ],
      ],
    ],
  });
});

test("the first step of approximating sin(x): loss and gradients of the 1-100-1 network", async () => {
  const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const x = range(100).map((k) => [-3 + (6 * k) / 99]);
  const answer = await gradients({
    network: {
      layers: [{ type: "Linear", in_features: 1, out_features: 100 }, { type: "Sigmoid" }, { type: "Linear", out_features: 1 }],
      loss: { type: "MSELoss" },
    },
    parameters: {
      "0.weight": range(100).map((j) => [(j + 0.5) / 100]),
      "0.bias": range(100).map(() => 0),
      "2.weight": [range(100).map((j) => (((37 * j) % 100) + 0.5) / 100)],
      "2.bias": [0],
    },
    inputs: { input: x, target: x.map(([number]) => [Math.sin(number)]) },
  });
  close(answer.outputs.loss, 699.448961138774, 1e-12);
  // The article descends half of the mean squared error's gradient.
  const half = (name: string): number => (answer.gradients[name] as number[][]).flat()[0] / 2;
  close(
    [half("2.bias"), half("2.weight"), half("0.weight"), half("0.bias")],
    [25, 12.518861266926692, 0.01886083927284264, 0.031249402239098282],
    1e-10,
  );
});

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}

function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) => transposed(b).map((column) => row.reduce((sum, number, at) => sum + number * column[at], 0)));
}
