import { branchesOf } from "../../autodiff/branches.ts";
import { complexForms, NotAnalytic } from "../../autodiff/complex.ts";
import { displaced } from "../../autodiff/displace.ts";
import { forward } from "../../autodiff/forward.ts";
import { RuleError } from "../../autodiff/reverse.ts";
import { besideOf, differentiate, type Derivatives } from "../../compute/differentiate.ts";
import type { Prepared } from "../../tasks/preparations.ts";
import { refusalOfDerivative } from "../../run/refusal.ts";
import { watchNothing } from "../../run/watch.ts";
import { type Runnable, runnable } from "../../run/run.ts";
import type { NamedValue, Program } from "../../program/program.ts";
import { ancestors, input, type Node, type Value } from "../../ir/graph.ts";
import { imaginary } from "../../ops/complex.ts";
import { isComposite, operatorOf } from "../../ops/define.ts";
import { OperatorError } from "../../ops/errors.ts";
import { filled } from "../../ops/shape/expand.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { CheckMethod } from "./request.ts";
import type { Limits } from "../../request/limits.ts";
import { pointerTo, problem } from "../../problems/problems.ts";

/** A value by which gradients are checked. */
export interface Variable extends NamedValue {
  /** What is fed to move it: the value itself, or what is added to it where the program computes it. */
  readonly fed: Value;
}

/** What a check asks of a program; names are the client's. */
export interface CheckQuestion {
  readonly of: string | undefined;
  readonly wrt: readonly string[] | undefined;
  readonly cotangent: boolean;
  readonly methods: readonly CheckMethod[];
}

/** A program made ready to be checked: everything that a method runs again and again is planned once. */
export interface Subject extends Prepared {
  readonly objective: NamedValue;
  readonly variables: readonly Variable[];
  /** Feeds of what is added to computed values, after the program's own: zeros unless moved. */
  readonly additions: readonly Value[];
  /** Whether the objective's cotangent is fed, as it is unless the objective is one number. */
  readonly weighted: boolean;
  /** The objective and every gradient, by the service's own rules. Fed the program's inputs and the cotangent. */
  readonly gradients: Runnable;
  /** The objective and, after it, what changes when a kink is passed. Fed the program's inputs and the additions. */
  readonly values: Runnable;
  /** The name of the node that each of these belongs to; null where it has none. */
  readonly kinks: readonly (string | null)[];
  /** The imaginary part of the objective. Fed the same, and the imaginary part of each variable. */
  readonly complex: Runnable | null;
  /** The tangent of the objective. Fed the same, and the tangent of each variable. */
  readonly tangent: Runnable | null;
  /** Named nodes that hide a dependence from gradients which differences see. */
  readonly stopped: readonly string[];
}

/** Prepares the check of a program. Throws Problem. */
export function subjectOf(program: Program, question: CheckQuestion, limits: Limits): Subject {
  const derivatives = differentiate(program, { ...question, parts: ["gradients"] });
  try {
    return subjectFrom(program, derivatives, question.methods, limits);
  } catch (error) {
    // What forward mode, complex forms or branches look up among constants may lie outside, as in a gradient.
    if (error instanceof RuleError) {
      const { node, cause } = error;
      throw refusalOfDerivative(
        program.nodes.find((own) => own.node === node),
        cause,
      );
    }
    throw error instanceof OperatorError ? refusalOfDerivative(null, error) : error;
  }
}

function subjectFrom(program: Program, derivatives: Derivatives, methods: CheckQuestion["methods"], limits: Limits): Subject {
  const { objective } = derivatives;
  const named = derivatives.gradients.map(({ name }) => valueNamed(program, name));
  const inputs = new Set(program.inputs.map(({ value }) => value));
  const variables = named.map(({ name, value }) => ({ name, value, fed: inputs.has(value) ? value : input(value) }));
  const moved = variables.filter(({ value, fed }) => value !== fed);
  const { of, original } = displaced(objective.value, new Map(moved.map(({ value, fed }) => [value, fed])));

  const fed = variables.map((variable) => variable.fed);
  const names = new Map(program.nodes.map(({ name, node }) => [node, name]));
  const nameOf = (node: Node): string | null => names.get(original(node)) ?? null;
  const branches = branchesOf([of], fed);
  const additions = moved.map((variable) => variable.fed);
  // Nothing is watched for NaN: what is wrong at the point is known from the first run.
  const evaluation = (extra: readonly Value[], wanted: readonly Value[]): Runnable =>
    runnable(program, wanted, limits, { fed: [...additions, ...extra], watch: watchNothing });

  const gradients = runnable(program, [objective.value, ...gradientsOf(derivatives)], limits, besideOf(derivatives));
  const values = evaluation([], [of, ...branches.map(({ value }) => value)]);
  const complex = methods.includes("complex_step") ? complexRun(program, methods, of, fed, evaluation, original) : null;
  const tangent = methods.includes("dot_product") ? tangentRun(of, fed, evaluation) : null;
  return {
    program,
    objective,
    variables,
    additions,
    weighted: derivatives.cotangent !== null,
    gradients,
    values,
    kinks: branches.map(({ node }) => nameOf(node)),
    complex,
    tangent,
    stopped: stoppedNodes(of, fed).flatMap((node) => nameOf(node) ?? []),
    outside: [gradients, values, complex, tangent].reduce((sum, run) => sum + (run?.outside ?? 0), 0),
  };
}

const gradientsOf = ({ gradients }: Derivatives): Value[] => gradients.map(({ value }) => value);

function valueNamed(program: Program, name: string): NamedValue {
  const found = program.values.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the gradient of ${name} is of no value`);
  return found;
}

type Evaluation = (extra: readonly Value[], wanted: readonly Value[]) => Runnable;

function complexRun(
  program: Program,
  methods: CheckQuestion["methods"],
  of: Value,
  fed: readonly Value[],
  evaluation: Evaluation,
  original: (node: Node) => Node,
): Runnable {
  const parts = fed.map((value) => input(value));
  try {
    const [form] = complexForms([of], new Map(fed.map((value, at) => [value, { re: value, im: parts[at] }])));
    return evaluation(parts, [imaginary(form)]);
  } catch (error) {
    if (!(error instanceof NotAnalytic)) throw error;
    const own = program.nodes.find(({ node }) => node === original(error.node));
    const where = own === undefined ? `A node ${error.node.op}` : `Node ${own.name} (${own.node.op})`;
    const inside = error.op === error.node.op ? "" : `, because ${error.op} has none`;
    const detail = `${where} has no complex form${inside}, so no step off the real axis can be taken through it`;
    throw problem("not_analytic", detail, [
      { pointer: own?.pointer ?? "", detail },
      { pointer: pointerTo("methods", methods.indexOf("complex_step")), detail, suggestion: "central_difference" },
    ]);
  }
}

function tangentRun(of: Value, fed: readonly Value[], evaluation: Evaluation): Runnable {
  const directions = fed.map((value) => input(value));
  const [tangent] = forward([of], new Map(fed.map((value, at) => [value, directions[at]])));
  return evaluation(directions, [tangent ?? filled(0, of)]);
}

/** Nodes between the variables and the objective whose floating outputs take no gradient. */
function stoppedNodes(of: Value, fed: readonly Value[]): Node[] {
  const reached = new Set(fed);
  return ancestors([of]).filter((node) => {
    if (!node.inputs.some((value) => value !== null && reached.has(value))) return false;
    for (const output of node.outputs) if (output.known === null) reached.add(output);
    const op = operatorOf(node.op);
    return !isComposite(op) && op.vjp === null && node.outputs.every(({ dtype, known }) => isFloating(dtype) && known === null);
  });
}
