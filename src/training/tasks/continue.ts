import { z } from "zod";
import { problemAt } from "../../problems/problems.ts";
import { defineTask, json } from "../../tasks/define.ts";
import { decodeAssignment } from "../assignment.ts";
import { chargedFile } from "../files.ts";
import { ContinueRequest } from "../request.ts";
import { Setup } from "../setup.ts";
import { planned, readDatasets } from "./submit.ts";

/**
 * POST /v1/jobs/{id}/continue: what the job was told, with more steps. Whoever trains it goes on from where the job stood, so that its
 * schedule, its optimizer and the order of its rows go on as if it had been told so from the beginning.
 */
export const planContinuation = defineTask({
  name: "planContinuation",
  /** Where the job's files lie, and where it stood. */
  parameters: z.strictObject({
    assignment: z.string(),
    datasets: z.record(z.string(), z.string()),
    job_id: z.string(),
    step: z.int(),
  }),
  body: json(ContinueRequest),
  prepare:
    ({ limits, compiler }) =>
    (request, { parameters: { assignment, datasets, job_id, step } }) => {
      const { spec, given } = decodeAssignment(chargedFile(assignment));
      const materials = { limits, compiler, datasets: readDatasets(datasets) };
      const before = new Setup({ spec, given }, materials);
      const more = request.steps ?? (request.epochs === undefined ? before.steps - step : request.epochs * before.stepsPerEpoch);
      if (more <= 0) {
        const detail = `The job has made all of its ${before.steps} steps: \`epochs\` or \`steps\` says how many more`;
        throw problemAt("invalid_training", "", detail);
      }
      const { epochs: _epochs, ...others } = spec;
      const optimizer = { ...spec.optimizer, ...request.optimizer };
      if (request.optimizer !== undefined && spec.schedule !== undefined) {
        const detail = `The rate of this job follows its schedule ${spec.schedule.type}, which a rate of its own would break`;
        throw problemAt("invalid_training", "/optimizer/lr", detail);
      }
      return planned({ spec: { ...others, optimizer, steps: step + more, continues: { job_id, step } }, given }, request, materials);
    },
});
