import { expect, test } from "vitest";
import { expected, goldens } from "../program/network/support.ts";
import "../support/close.ts";
import { gradients } from "./service.ts";

// What test/graph/network judges by the tests' interpreter, the service answers too: the engine, its encodings and its defaults.

const near = { relative: 1e-9, absolute: 1e-9 };

test.each(["networks", "layers"] as const)("the service answers every network of %s.json as PyTorch does", async (file) => {
  for (const golden of goldens(file).cases) {
    const { network, inputs, parameters, cotangent } = golden;
    const wrt = Object.keys(golden.gradients);
    const answer = await gradients({ network, inputs, parameters, cotangent, wrt, return: ["outputs", "gradients"] });
    const check = (actual: unknown, wanted: unknown, what: string): void =>
      expect(expected(actual), `${golden.name}: ${what}`).toBeNear(expected(wanted), near);
    check(answer.outputs.output, golden.output, "output");
    check(answer.outputs.loss, golden.loss, "loss");
    for (const name of wrt) check(answer.gradients[name], golden.gradients[name], `gradient of ${name}`);
  }
});

test("without wrt, gradients are those of everything that is floating and learned or given", async () => {
  const golden = goldens("networks").cases[0];
  const { network, inputs, parameters } = golden;
  const answer = await gradients({ network, inputs, parameters });
  expect(Object.keys(answer.gradients).toSorted()).toEqual([...Object.keys(golden.gradients), "target"].toSorted());
});
