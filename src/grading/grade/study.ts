import type { Derivatives } from "../../compute/differentiate.ts";
import type { Runnable } from "../../run/run.ts";
import type { Program } from "../../program/program.ts";
import { BudgetExceeded, type Value, withinBudget } from "../../ir/graph.ts";
import { LogSoftmax, Softmax } from "../../ops/activation/softmax.ts";
import { filled } from "../../ops/shape/expand.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Limits } from "../../request/limits.ts";
import { problem } from "../../problems/problems.ts";
import { BackwardPass } from "../backward.ts";
import type { Counts } from "../diagnosis/factors.ts";
import type { Item } from "../items.ts";
import { classesOf } from "../labels.ts";
import { Ground } from "../mutants/ground.ts";
import { penaltiesOf, sourcesOf } from "../mutants/penalties.ts";
import { Predictions } from "../predictions.ts";
import { tapeOf } from "../tape.ts";
import { FollowThrough } from "./follow-through.ts";

/** What explaining wrong items of a program takes. */
export interface Study {
  readonly followThrough: FollowThrough;
  readonly predictions: Predictions;
  readonly counts: Counts;
  /** Parameters with a penalty in the objective. */
  readonly penalised: ReadonlySet<Value>;
}

interface Subject {
  readonly program: Program;
  readonly derivatives: Derivatives | null;
  readonly items: readonly Item[];
  /** What is fed after the program's inputs. */
  readonly fed: readonly Value[];
  readonly right: Runnable;
  readonly limits: Limits;
}

/** Nodes and values that a program's steps and their consequences may be made of, per node that a program may have. */
const unfolding = 24;

/** Takes a program apart into its steps. Throws too_many_nodes. */
export function studyOf({ program, derivatives, items, fed, right, limits }: Subject): Study {
  try {
    return withinBudget(limits.nodes * unfolding, () => {
      const ground = groundOf(program, derivatives);
      return {
        followThrough: new FollowThrough(ground, items, fed, limits),
        predictions: new Predictions(ground, items, fed, right, limits),
        counts: countsOf(ground),
        penalised: new Set(penaltiesOf(ground).map(({ parameter }) => parameter)),
      };
    });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    throw problem("too_many_nodes", "The program unfolds into too many steps to be explained: set follow_through and diagnose to false");
  }
}

function groundOf(program: Program, derivatives: Derivatives | null): Ground {
  const tape = tapeOf(program);
  if (derivatives === null) return new Ground(program, tape, null);
  const objective = derivatives.objective.value;
  return new Ground(program, tape, new BackwardPass(tape, tape.at(objective), derivatives.cotangent ?? filled(1, objective)));
}

/** The sizes of the axes along which probabilities add up to 1. */
const normalisedSizes = ({ tape }: Ground): number[] =>
  tape.steps
    .filter(({ op }) => op === Softmax || op === LogSoftmax)
    .map(({ node, outputs: [{ shape }] }) => shape.at(Number(node.attributes.axis)) ?? 0);

/** A batch is what examples are counted along: the first axis of an input that is left when it has met parameters. */
function countsOf(ground: Ground): Counts {
  const { program } = ground;
  const isMany = (count: number): boolean => count > 1;
  const sources = sourcesOf(ground);
  const met = new Set([...sources].flatMap(([{ shape }, source]) => (source === null && shape.length > 0 ? [shape[0]] : [])));
  const batch = program.inputs.flatMap(({ value, role }) => (role === "input" && value.shape.length > 0 ? [value.shape[0]] : []));
  const sizes = program.values.flatMap(({ value: { shape } }) => [...shape, sizeOf(shape)]);
  const labelled = program.inputs.map(({ value }) => (isFloating(value.dtype) ? 0 : classesOf(program.nodes, value)));
  const uses = program.values.map(({ name, value }) => [name, ground.tape.consumers(ground.tape.at(value)).length] as const);
  return {
    batch: new Set(batch.filter((size) => isMany(size) && met.has(size))),
    classes: new Set([...labelled, ...normalisedSizes(ground)].filter(isMany)),
    uses: new Map(uses),
    sizes: new Set(sizes.filter(isMany)),
  };
}
