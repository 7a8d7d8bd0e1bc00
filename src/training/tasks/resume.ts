import { defineTask, json, noParameters } from "../../tasks/define.ts";
import { ResumeRequest } from "../request.ts";

/** POST /v1/jobs/{id}/resume: only read here. Where the job stands, and that it is paused, is known when it is resumed. */
export const planResumption = defineTask({
  name: "planResumption",
  parameters: noParameters,
  body: json(ResumeRequest),
  prepare:
    () =>
    ({ pause_after }) => ({ content: { kind: "bytes", bytes: new Uint8Array() }, facts: { pauseAfter: pause_after } }),
});
