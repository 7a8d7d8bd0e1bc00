import { type Derivatives, differentiate } from "../../engine/differentiate.ts";
import type { Prepared } from "../../engine/prepare.ts";
import { type Runnable, runnable } from "../../engine/run.ts";
import type { Program, ProgramInput } from "../../graph/program.ts";
import type { Value } from "../../ir/graph.ts";
import { filled } from "../../ops/shape/expand.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Limits } from "../../wire/limits.ts";
import { BackwardPass } from "../backward.ts";
import type { Counts } from "../diagnosis/factors.ts";
import { expectedOf, type Item, ItemFinder, type ItemRequest } from "../items.ts";
import { Places, type Ground } from "../mutants/mutant.ts";
import { penaltiesOf, sourcesOf } from "../mutants/penalties.ts";
import { Predictions } from "../predictions.ts";
import { tapeOf } from "../tape.ts";
import { FollowThrough } from "./follow-through.ts";

/** A program made ready to judge certain items of it. */
export interface PreparedGrading extends Prepared {
  readonly derivatives: Derivatives | null;
  readonly items: readonly Item[];
  /** Computes what the items should be, in their order. */
  readonly right: Runnable;
  readonly followThrough: FollowThrough;
  readonly predictions: Predictions;
  readonly counts: Counts;
  /** Parameters with a penalty in the objective. */
  readonly penalised: ReadonlySet<Value>;
}

export interface GradingQuestion {
  readonly of: string | undefined;
  readonly cotangent: boolean;
  readonly items: readonly ItemRequest[];
}

/** Finds the items in a program and plans what judging them takes. Throws Problem. */
export function prepareGrading(program: Program, { of, cotangent, items: requests }: GradingQuestion, limits: Limits): PreparedGrading {
  const finder = new ItemFinder(program);
  const items = requests.map((request) => finder.find(request));
  const differentiates = items.some(({ name }) => name.kind === "gradient" || name.kind === "edge");
  const derivatives = differentiates ? differentiate(program, { of, wrt: [], parts: [], cotangent }) : null;
  const fed = withInputs(program, derivatives?.cotangent ? [derivatives.cotangent] : []);
  const right = runnable(
    fed,
    null,
    items.map((item) => expectedOf(item, derivatives)),
    limits,
  );
  const ground = groundOf(program, derivatives);
  return {
    program,
    derivatives,
    items,
    right,
    followThrough: new FollowThrough(ground, items, fed, limits),
    predictions: new Predictions(ground, items, fed, right, limits),
    counts: countsOf(ground),
    penalised: new Set(penaltiesOf(ground, new Places(ground)).map(({ parameter }) => parameter)),
    // Mistakes and consequences are compiled later and cost several times what the right answer does.
    size: 20 * right.size,
  };
}

export function groundOf(program: Program, derivatives: Derivatives | null): Ground {
  const tape = tapeOf(program);
  if (derivatives === null) return { program, tape, backward: null };
  const objective = derivatives.objective.value;
  return { program, tape, backward: new BackwardPass(tape, tape.at(objective), derivatives.cotangent ?? filled(1, objective)) };
}

/** The program with more that is fed, after its own inputs. */
export function withInputs(program: Program, values: readonly Value[]): Program {
  const more = values.map((value): ProgramInput => ({ name: "", value, role: "input", initial: null }));
  return { ...program, inputs: [...program.inputs, ...more] };
}

/** A batch is what examples are counted along: the first axis of an input that is left when it has met parameters. */
function countsOf(ground: Ground): Counts {
  const { program, tape } = ground;
  const isMany = (count: number): boolean => count > 1;
  const sources = sourcesOf(tape, new Places(ground));
  const met = new Set([...sources].flatMap(([{ shape }, source]) => (source === null && shape.length > 0 ? [shape[0]] : [])));
  const batch = program.inputs.flatMap(({ value, role }) => (role === "input" && value.shape.length > 0 ? [value.shape[0]] : []));
  const sizes = program.values.flatMap(({ value: { shape } }) => [...shape, sizeOf(shape)]);
  return { batch: new Set(batch.filter((size) => isMany(size) && met.has(size))), sizes: new Set(sizes.filter(isMany)) };
}
