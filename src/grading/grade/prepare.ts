import { type Derivatives, differentiate } from "../../compute/differentiate.ts";
import type { Prepared } from "../../tasks/preparations.ts";
import { type Runnable, runnable } from "../../run/run.ts";
import type { Program } from "../../program/program.ts";
import { stepFinder, type StepSubject } from "../../compute/steps.ts";
import { currentId } from "../../ir/graph.ts";
import type { Limits } from "../../request/limits.ts";
import { expectedOf, type Item, ItemFinder, type ItemRequest, keyOf } from "../items.ts";
import { type Study, studyOf } from "./study.ts";

/** A program made ready to judge certain items of it. */
export interface PreparedGrading extends Prepared {
  readonly finder: ItemFinder;
  readonly derivatives: Derivatives | null;
  readonly items: readonly Item[];
  /** Where an item stands among them, by its key. */
  readonly places: ReadonlyMap<string, number>;
  /** The step of an explanation that tells what an item should be; null where there is none. */
  readonly stepOf: (item: Item) => string | null;
  /** Computes what the items should be, in their order. */
  readonly right: Runnable;
  /** Uses what it takes to explain what is wrong: made when something is for the first time, and larger with every use. */
  readonly study: <T>(use: (study: Study) => T) => T;
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
  items.forEach(({ name, subject }, at) => {
    if (name.kind === "gradient") derivatives?.requireKnown({ name: name.name, value: subject }, requests[at].pointer);
  });
  const fed = derivatives?.cotangent ? [derivatives.cotangent] : [];
  const expected = items.map((item) => expectedOf(item, derivatives));
  const right = runnable(program, expected, limits, { fed });
  const objective = derivatives?.objective ?? (of === undefined ? program.objective : program.values.find(({ name }) => name === of));
  let find: ((subject: StepSubject) => string | null) | undefined;
  const stepOf = ({ name, subject }: Item): string | null => {
    if (!objective) return null;
    find ??= stepFinder(program, objective.value, derivatives);
    if (name.kind === "edge") return find({ kind: "edge", to: name.to, input: name.input });
    return find({ kind: name.kind === "gradient" ? "gradient" : "value", value: subject });
  };
  let study: Study | null = null;
  let later = 0;
  const using = <T>(use: (study: Study) => T): T => {
    const since = currentId();
    try {
      return use((study ??= studyOf({ program, derivatives, items, fed, right, limits })));
    } finally {
      later += currentId() - since;
    }
  };
  return {
    program,
    finder,
    derivatives,
    items,
    places: new Map(items.map(({ name }, place) => [keyOf(name), place])),
    stepOf,
    right,
    study: using,
    outside: right.outside,
    later: () => later,
  };
}
