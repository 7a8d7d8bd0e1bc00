import { latexOf, type Writing } from "../../formula/latex.ts";
import { textOf } from "../../formula/text.ts";
import type { Term } from "../../formula/term.ts";
import { encodeTensor } from "../../request/encode.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mathmlOf } from "../mathml.ts";
import { mostTold } from "./numbers.ts";
import type { Prose } from "./prose.ts";
import type { ItemPlace } from "../../grading/grade/response.ts";
import type {
  ExplainedInput,
  ExplainedSubmission,
  ExplainedStep,
  ExplainResponse,
  Recognised,
  StepEdge,
  WrittenFormula,
} from "./response.ts";
import type { Told, ToldEdge, ToldFunction, ToldInput, ToldStep, ToldSubmission } from "./told.ts";

/** What is told beside an explanation. */
export type FurtherTold = Pick<ExplainResponse, "language" | "warnings">;

/** An explanation as JSON has it. */
export function responseOf(told: Told, { language, warnings }: FurtherTold, writing: Writing): ExplainResponse {
  const writer = new JsonWriter(writing);
  const { omitted, nonfinite, submission } = told;
  return {
    language,
    title: writer.prose(told.title),
    objective: told.objective,
    summary: writer.prose(told.summary),
    forward: told.forward.map((step) => writer.step(step)),
    backward: told.backward.map((step) => writer.step(step)),
    gradients: told.gradients.map((input) => writer.input(input)),
    recognised: told.recognised.map((each) => writer.recognised(each)),
    notes: told.notes.map((note) => writer.prose(note)),
    ...(omitted.forward + omitted.backward + omitted.gradients === 0 ? {} : { omitted }),
    ...(submission === null ? {} : { submission: writer.submission(submission) }),
    ...(nonfinite === null
      ? {}
      : { nonfinite: { node: nonfinite.node, pass: nonfinite.pass, sentence: writer.prose(nonfinite.sentence) } }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

class JsonWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  prose(prose: Prose): string {
    return prose.map((piece) => (typeof piece === "string" ? piece : textOf(piece, this.#writing))).join("");
  }

  step({ id, kind, node, symbol, op, layer, sentence, formula, tensor, shape, edges, addends }: ToldStep): ExplainedStep {
    return {
      id,
      kind,
      node,
      symbol,
      ...(op === null ? {} : { op }),
      ...(layer === null ? {} : { layer }),
      sentence: this.prose(sentence),
      formula: this.#formula(formula),
      ...member("value", tensor),
      shape: [...shape],
      ...(edges.length === 0 ? {} : { edges: edges.map((edge) => this.#edge(edge)) }),
      ...(addends.length === 0
        ? {}
        : { addends: addends.map(({ to, input, gradient }) => ({ to, input, ...member("gradient", gradient) })) }),
    };
  }

  input({ name, value, gradient, chain, substituted, simplified, sentence, steps }: ToldInput): ExplainedInput {
    return {
      name,
      ...member("value", value),
      ...member("gradient", gradient),
      shape: [...value.shape],
      chain: this.#formula(chain),
      substituted: substituted && this.#formula(substituted),
      simplified: simplified && this.#formula(simplified),
      sentence: this.prose(sentence),
      steps: [...steps],
    };
  }

  recognised({ nodes, name, formula, derivative, sentence }: ToldFunction): Recognised {
    return {
      nodes: [...nodes],
      name,
      formula: this.#formula(formula),
      derivative: this.#formula(derivative),
      sentence: this.prose(sentence),
    };
  }

  submission({ passed, items, firstWrong, sentence }: ToldSubmission): ExplainedSubmission {
    return {
      passed,
      items: items.map(({ item, step, sentence: told }) => ({
        item: placeOf(item),
        ...(step === null ? {} : { step }),
        passed: item.passed,
        ...(item.expected === undefined ? {} : { expected: item.expected }),
        ...(item.submitted === undefined ? {} : { submitted: item.submitted }),
        sentence: this.prose(told),
      })),
      ...(firstWrong === null ? {} : { first_wrong: firstWrong }),
      sentence: this.prose(sentence),
    };
  }

  #edge({ from, input, incoming, local, gradient, formula, sentence }: ToldEdge): StepEdge {
    return {
      from,
      input,
      ...member("incoming", incoming),
      local: { ...(local.formula === null ? {} : { formula: this.#formula(local.formula) }), ...member("value", local.value) },
      ...member("gradient", gradient),
      shape: [...(gradient?.shape ?? [])],
      formula: this.#formula(formula),
      sentence: this.prose(sentence),
    };
  }

  #formula(term: Term): WrittenFormula {
    const latex = latexOf(term, this.#writing);
    return { latex, text: textOf(term, this.#writing), mathml: mathmlOf(latex) };
  }
}

const placeOf = ({ kind, name, from, to, input }: ItemPlace): ItemPlace => ({
  kind,
  ...(name === undefined ? {} : { name }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(input === undefined ? {} : { input }),
});

/** A member that holds the numbers of a tensor that is small enough. */
const member = <Name extends string>(name: Name, tensor: Tensor | null): Partial<Record<Name, unknown>> => {
  const told: Partial<Record<Name, unknown>> = {};
  if (tensor !== null && tensor.data.length <= mostTold) told[name] = encodeTensor(tensor, "list");
  return told;
};
