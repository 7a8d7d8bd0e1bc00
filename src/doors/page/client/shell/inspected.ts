import type { InspectResponse } from "../../../../compute/inspect.ts";
import { call } from "./api.ts";

/** What the service sees in a formula: a slip in one that is being written is an answer, and no failed request. */
export const inspected = (expression: string, inputs: ReadonlyMap<string, unknown>): Promise<InspectResponse> =>
  call<InspectResponse>("/v1/inspect", { body: { expression, inputs: Object.fromEntries(inputs) } });
