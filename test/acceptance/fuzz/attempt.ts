import fc from "fast-check";
import { gradientParts } from "../../../src/compute/requests.ts";
import { encodings } from "../../../src/request/values.ts";
import { anyName } from "./names.ts";
import { extreme, mostly, stranger } from "./numbers.ts";
import { textOf } from "./raw.ts";

/** A request to be sent. */
export interface Attempt {
  readonly path: string;
  readonly body: string;
}

export type Json = Readonly<Record<string, unknown>>;

export const evaluatePath = "/v1/evaluate";
export const gradientsPath = "/v1/gradients";
export const graphsPath = "/v1/graphs";

export const attempt = (path: string, body: unknown): Attempt => ({ path, body: textOf(body) });

const encoding = mostly(fc.constantFrom(...encodings), stranger, 60);
const some = (parts: readonly string[]): fc.Arbitrary<unknown> =>
  mostly(fc.shuffledSubarray([...parts]), fc.oneof(stranger, fc.constant(["outputs", "outputs"])), 40);

/** What a request asks for beside its program and its tensors; mostly nothing that could be wrong. */
const manner: fc.Arbitrary<Json> = fc.record(
  { encoding, return: some(["outputs", "nodes"]), seed: mostly(fc.nat(), extreme, 40) },
  { requiredKeys: [] },
);

const gradientManner: fc.Arbitrary<Json> = fc.record(
  { encoding, return: some(gradientParts), seed: mostly(fc.nat(), extreme, 40) },
  { requiredKeys: [] },
);

/** `body`, asked forward or backward. Backward, `backward` adds what the gradient needs. */
export const asked = (body: fc.Arbitrary<Json>, backward: fc.Arbitrary<Json> = fc.constant({})): fc.Arbitrary<Attempt> =>
  fc.oneof(
    fc.tuple(body, manner).map(([program, rest]) => attempt(evaluatePath, { ...program, ...rest })),
    fc.tuple(body, gradientManner, backward).map(([program, rest, more]) => attempt(gradientsPath, { ...program, ...rest, ...more })),
  );

/** Questions whose answers are mostly refusals: of, wrt and cotangents that have little to do with the program. */
export const stray: fc.Arbitrary<Json> = fc.record(
  {
    of: anyName,
    wrt: fc.array(anyName, { maxLength: 3 }),
    cotangent: fc.oneof(extreme, stranger, fc.constant([1, 2])),
    points: fc.array(fc.dictionary(anyName, extreme, { maxKeys: 2 }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
