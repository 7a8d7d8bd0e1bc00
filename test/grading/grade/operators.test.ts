import { expect, test } from "vitest";
import { gradients as gradientsTask } from "../../../src/compute/gradients.ts";
import { performed } from "../../support/tasks.ts";
import { GradientsResponse } from "../../../src/compute/responses.ts";
import { everyNumber } from "../students/matrix.ts";
import { probed } from "../probed.ts";
import { grade, probe } from "../answers.ts";

// Whatever the operator: its own numbers pass, a sign is found to be wrong, and nothing fails.

const gradients = performed(gradientsTask);

test.each(probed)("%s, probe %i", (_, at, { wrt, ...request }) => {
  const { cotangent, told_apart, indistinguishable, unseen } = probe(request);
  expect([...told_apart, ...indistinguishable.flat(), ...unseen].length).toBeGreaterThan(0);

  const asked = { ...request, ...(cotangent !== undefined && { cotangent }) };
  const { body } = gradients({ ...asked, wrt }, {});
  const own = GradientsResponse.parse(JSON.parse(String(body)));
  const edges = (own.edges ?? []).flatMap(({ to, input, gradient }) => (gradient === null ? [] : [{ to, input, gradient }]));
  const right = grade({ ...asked, submission: { outputs: own.outputs, gradients: own.gradients, edges } });
  expect(right).toMatchObject({ passed: true, diagnosis: [] });

  // What explains wrong numbers is searched for long: an operator's first probe suffices.
  if (at > 0) return;
  const flipped = grade({ ...asked, submission: { gradients: everyNumber(own.gradients, (x) => -x) } });
  // Zeros are right with either sign.
  if (!flipped.passed) expect(flipped.diagnosis.map(({ mistake }) => mistake)).toContain("wrong_sign");

  // The search for what explains noise is the longest, above all where nodes stand for many others.
  if (own.edges?.some(({ input }) => input > 2)) return;
  const noise = everyNumber(own.gradients, (x) => Math.sin(1e3 * x) + 1);
  expect(grade({ ...asked, submission: { gradients: noise } }).items).toHaveLength(wrt.length);
});
