import fc from "fast-check";
import { EvaluateRequest, GradientsRequest, GraphsRequest } from "../../../src/compute/requests.ts";
import { type Attempt, asked, attempt, evaluatePath, gradientsPath, graphsPath, type Json } from "./attempt.ts";
import { anyName } from "./names.ts";
import { mostly } from "./numbers.ts";
import { fitting } from "./schema.ts";
import { meant, tensorJson } from "./tensors.ts";

/** Requests made from nothing but the schemas of the contract. */

const habits = { wrongOnce: 60, anything: fc.oneof(tensorJson(), anyName), optional: 25 };

/** Programs and the names of their inputs. */
const programs: fc.Arbitrary<{ readonly program: Json; readonly names: readonly string[] }> = fc.constantFrom(
  { program: { expression: "x + y" }, names: ["x", "y"] },
  { program: { expression: "sum(x * 2)" }, names: ["x"] },
  { program: { graph: { nodes: [{ op: "Mul", inputs: ["x", "x"] }] } }, names: ["x"] },
  { program: { network: { layers: [{ type: "Tanh" }] } }, names: ["input"] },
  { program: {}, names: [] },
);

/** A body from the schema, with one of the programs in the place of its own and, mostly, tensors for that one's inputs. */
const fromSchema = (path: string, schema: Parameters<typeof fitting>[0]): fc.Arbitrary<Attempt> =>
  fc
    .tuple(
      fitting(schema, habits) as fc.Arbitrary<Json>,
      programs,
      mostly(fc.constant(path !== graphsPath), fc.constant(false)),
      tensorJson(),
    )
    .map(([body, { program, names }, areGiven, tensor]) => {
      if (typeof body !== "object" || body === null || Array.isArray(body) || names.length === 0) return attempt(path, body);
      const { graph: _g, expression: _e, network: _n, graph_id: _i, ...rest } = body;
      const inputs = areGiven ? { inputs: Object.fromEntries(names.map((name) => [name, tensor])) } : {};
      return attempt(path, { ...rest, ...program, ...inputs });
    });

export const schemaAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 2, arbitrary: fromSchema(gradientsPath, GradientsRequest) },
  { weight: 2, arbitrary: fromSchema(evaluatePath, EvaluateRequest) },
  { weight: 1, arbitrary: fromSchema(graphsPath, GraphsRequest) },
);

/** Tensors in every way in which they can be written, right and wrong, through programs that take them as they are. */
export const tensorAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 2, arbitrary: asked(tensorJson(meant, 5).map((x) => ({ expression: "sum(cast(x, to='float64'))", inputs: { x } }))) },
  { weight: 1, arbitrary: asked(tensorJson(meant, 5).map((x) => ({ graph: { nodes: [{ name: "y", op: "Identity", inputs: [x] }] } }))) },
  {
    weight: 1,
    arbitrary: asked(
      tensorJson(meant, 5).map((k) => ({ graph: { constants: { k }, nodes: [{ name: "y", op: "Identity", inputs: ["k"] }] } })),
    ),
  },
  {
    weight: 1,
    arbitrary: tensorJson(meant, 5).chain((x) =>
      asked(
        fc.constant({ expression: "x * 2", inputs: { x } }),
        tensorJson(fc.constant({ dtype: "float64", shape: [], numbers: [1] })).map((cotangent) => ({ cotangent })),
      ),
    ),
  },
);
