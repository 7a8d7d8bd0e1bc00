import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { powersOfTen, shortOf, ticksOf } from "../../../src/doors/page/client/charts/numbers.ts";
import { decisionOf } from "../../../src/doors/page/client/network/decisions.ts";
import { datasetNames, isMade, makers } from "../../../src/doors/page/client/network/datasets.ts";
import {
  layersOf,
  layersText,
  layerTypes,
  parametersOf,
  settingsOf,
  shapes,
  startOf,
} from "../../../src/doors/page/client/network/design.ts";
import { columnsOf, linksOf, mostUnits } from "../../../src/doors/page/client/network/diagram.ts";
import { spanOf, viewOf } from "../../../src/doors/page/client/network/look.ts";
import { jobFor } from "../../../src/doors/page/client/network/request.ts";
import { chosenRows, digitsOf } from "../../../src/doors/page/client/network/samples.ts";
import { planJob } from "../../../src/training/tasks/submit.ts";
import { performed } from "../../support/tasks.ts";
import { resultOf, trained } from "../../training/training.ts";

const pictures = readFileSync(new URL("../../../src/doors/page/client/network/digits.txt", import.meta.url), "utf8");
const samplesFor = (name: (typeof datasetNames)[number], changes: object = {}) => {
  const settings = { ...startOf(name), ...changes };
  return isMade(name) ? makers[name]({ ...settings, seed: settings.draw }) : digitsOf(pictures, settings.size);
};
const withData = datasetNames.filter((name) => name !== "csv");

describe("data are made by a formula and a seed:", () => {
  test("exclusive or without noise is its four corners", () => {
    const { inputs, targets } = samplesFor("xor");
    expect(inputs.map((row, at) => [...row, targets[at]])).toEqual([
      [0, 0, 0],
      [1, 0, 1],
      [0, 1, 1],
      [1, 1, 0],
    ]);
  });

  test("the sine is the article's", () => {
    const { inputs, targets } = samplesFor("sine");
    expect([inputs.length, inputs[0], inputs.at(-1), inputs[1][0]]).toEqual([100, [-3], [3], -3 + 6 / 99]);
    expect(targets).toEqual(inputs.map(([x]) => Math.sin(x)));
  });

  test("the same seed draws the same points, in every browser and for ever", () => {
    expect(samplesFor("spirals").inputs.slice(0, 2)).toEqual(samplesFor("spirals").inputs.slice(0, 2));
    expect(samplesFor("spirals", { size: 4 }).inputs).toMatchInlineSnapshot(`
      [
        [
          -0.4587,
          0.1691,
        ],
        [
          0.4694,
          -0.1575,
        ],
        [
          -0.5752,
          -0.8222,
        ],
        [
          0.5824,
          0.8141,
        ],
      ]
    `);
    expect(samplesFor("circles", { size: 2 }).inputs).toMatchInlineSnapshot(`
      [
        [
          0.4202,
          -0.0034,
        ],
        [
          -0.144,
          -0.91,
        ],
      ]
    `);
    expect(samplesFor("gaussians").inputs).not.toEqual(samplesFor("gaussians", { draw: 2 }).inputs);
  });

  test.each(withData.filter((name) => name !== "sine"))("%s has as many rows of each class", (name) => {
    const { targets, classes } = samplesFor(name);
    const counts = classes.map((_, each) => targets.filter((target) => target === each).length);
    expect(new Set(counts).size).toBe(1);
  });

  test("circles and spirals keep to their sizes", () => {
    for (const [x, y] of [...samplesFor("circles").inputs, ...samplesFor("spirals").inputs]) expect(Math.hypot(x, y)).toBeLessThan(1.2);
  });

  test("the digits are those of the data set", () => {
    const known = gunzipSync(readFileSync(new URL("../../goldens/digits.csv.gz", import.meta.url)))
      .toString()
      .split("\n")
      .map((line) => line.trim().split(",").map(Number));
    const { inputs, targets } = digitsOf(pictures, 400);
    const rows = new Set(known.map((row) => row.join()));
    expect(inputs).toHaveLength(400);
    for (const [at, row] of inputs.entries()) expect(rows.has([...row.map((each) => each * 16), targets[at]].join())).toBe(true);
  });
});

describe("an address", () => {
  test.each(datasetNames)("holds all that is chosen for %s, and nothing that is usual", (name) => {
    const start = startOf(name);
    expect(parametersOf(start).toString()).toBe(`data=${name}`);
    const chosen = {
      ...start,
      layers: layersOf("Linear3-GELU-Dropout0.5-BatchNorm1d"),
      optimizer: "Momentum",
      rate: 0.07,
      batch: 7,
      holdsBack: !start.holdsBack,
      steps: 77,
      seed: 9,
      start: "article",
      pace: 3,
    } as const;
    expect(settingsOf(new URLSearchParams(parametersOf(chosen).toString()))).toEqual(chosen);
  });

  test("of somebody else's making stays within bounds", () => {
    const hostile =
      "data=<script>&size=1e9&noise=-5&layers=Linear99999-Nonsense-__proto__-Dropout7-Linear&rate=NaN&steps=1e99&seed=-1&pace=0";
    const read = settingsOf(new URLSearchParams(hostile));
    expect(read).toMatchObject({ dataset: "xor", size: 400, noise: 0, rate: 0.1, steps: 100_000, seed: 0, pace: 1 });
    expect(layersText(read.layers)).toBe("Linear256-Dropout0.9-Linear8");
    expect(layersOf(Array.from({ length: 99 }, () => "Tanh").join("-"))).toHaveLength(12);
  });
});

describe("what is chosen becomes a request", () => {
  const plan = performed(planJob);
  test.each(withData)("that the service takes as it is, for %s", (name) => {
    const settings = { ...startOf(name), holdsBack: name !== "xor" };
    const { facts } = plan(jobFor(settings, { samples: samplesFor(name), dataset: null }), { datasets: {} });
    expect(facts).toMatchObject({ steps: settings.steps, pause_at: null, summary: { seed: 1, warnings: [] } });
  });

  test.each(layerTypes)("with a layer %s, wherever it stands", (type) => {
    for (const layers of [layersOf(type), layersOf(`Linear3-${type}-Tanh`)]) {
      const order = jobFor({ ...startOf("circles"), layers }, { samples: samplesFor("circles"), dataset: null });
      expect(plan(order, { datasets: {} }).facts).toMatchObject({ steps: 1000 });
    }
  });

  test("with every network to begin with", () => {
    for (const shape of Object.values(shapes)) {
      const order = jobFor({ ...startOf("xor"), layers: layersOf(shape) }, { samples: samplesFor("xor"), dataset: null });
      expect(plan(order, { datasets: {} }).facts).toMatchObject({ steps: 500 });
    }
  });

  test("whose loss follows from the data, and which trains to a good fit", () => {
    expect(jobFor(startOf("sine"), { samples: samplesFor("sine"), dataset: null }).network.loss).toEqual({ type: "MSELoss" });
    expect(jobFor(startOf("digits"), { samples: samplesFor("digits"), dataset: null }).network.loss).toEqual({ type: "CrossEntropyLoss" });
    const xor = jobFor(startOf("xor"), { samples: samplesFor("xor"), dataset: null });
    expect(xor.network.loss).toEqual({ type: "BCEWithLogitsLoss" });
    const { tags: _, ...request } = xor;
    expect(resultOf(trained(request))).toMatchObject({ accuracy: 1 });
  });
});

test("the article's network goes the article's way: its losses before the training, and after 1, 2, 10 and 100 updates", () => {
  const settings = { ...startOf("sine"), start: "article", rate: 0.025, steps: 101 } as const;
  const { tags: _, ...request } = jobFor(settings, { samples: samplesFor("sine"), dataset: null });
  const losses = trained(request).rows.map(({ loss }) => Number(loss));
  const known = [699.448961138774, 151.16167728829402, 14.989685073424617, 0.20333022898369, 0.123731826374];
  [0, 1, 2, 10, 100].forEach((updates, at) => expect(losses[updates] / known[at]).toBeCloseTo(1, 8));
});

describe("pictures", () => {
  test("ask about as many points as they show", () => {
    expect(viewOf(samplesFor("spirals"), false)).toMatchObject({ points: { length: 41 * 41 }, rows: { input: { length: 200 } } });
    expect(viewOf(samplesFor("sine"), false).points).toHaveLength(161);
    expect(viewOf(samplesFor("digits"), false)).toMatchObject({ points: { length: 100 }, rows: { target: { length: 100 } } });
    expect(chosenRows(1000, 3)).toEqual([0, 333, 666]);
  });

  test("decide as the numbers say", () => {
    expect(decisionOf([2])).toMatchObject({ chosen: 1 });
    expect(decisionOf([-40]).sureness).toBeCloseTo(1);
    expect(decisionOf([0, 0, 0])).toEqual({ chosen: 0, sureness: 0 });
    expect(decisionOf([1000, 0])).toEqual({ chosen: 0, sureness: 1 });
  });

  test("draw a column of units for each layer with weights, and the links between those that are drawn", () => {
    const columns = columnsOf(layersOf("Linear30-Tanh-Dropout0.2-Linear2"), 3, 1);
    expect(columns).toEqual([
      { passes: [], width: 3, shown: 3, name: null },
      { passes: ["Tanh", "Dropout"], width: 30, shown: mostUnits, name: "0" },
      { passes: [], width: 2, shown: 2, name: "3" },
      { passes: [], width: 1, shown: 1, name: "4" },
    ]);
    const look = { name: "0", weights: [[1, -2]], gradients: [[0.5, 0.25]], biases: [0], biasGradients: [0] };
    expect(linksOf(look, { ...columns[0], shown: 2 }, columns[3])).toEqual([
      { from: 0, to: 0, weight: 1, gradient: 0.5 },
      { from: 1, to: 0, weight: -2, gradient: 0.25 },
    ]);
  });

  test("have round numbers at their sides, whatever they span", () => {
    expect(ticksOf([-1.12, 1.12], 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(powersOfTen(0.002, 30)).toEqual([0.01, 0.1, 1, 10]);
    expect(powersOfTen(1e-3, 1e300)).toHaveLength(6);
    expect([spanOf([]), spanOf([5])]).toEqual([
      [-1, 1],
      [4, 6],
    ]);
    expect([0.00012345, 123456, 0.12345, 0, Number.NaN].map(shortOf)).toEqual(["1.2e-4", "1.2e+5", "0.1235", "0", "NaN"]);
  });
});
