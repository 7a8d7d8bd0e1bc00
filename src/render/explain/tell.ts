import { equation, number, symbol, type Term } from "../../formula/term.ts";
import type { Verdict } from "../../grading/grade/response.ts";
import type { Portrait, PortrayedValue } from "../portrait.ts";
import { courseOf } from "./course.ts";
import { kinksOf, tellGiven, tellKink, tellNonfinite } from "./faults.ts";
import { idOf, isNumber, Narration, type Telling } from "./narration.ts";
import { joined, type Prose } from "./prose.ts";
import { tellBackward } from "./step-backward.ts";
import { tellForward } from "./step-forward.ts";
import { tellSeed, tellSum } from "./step-others.ts";
import { symbolsOf } from "./symbols.ts";
import { tellFunctions } from "./tell-functions.ts";
import { tellInput } from "./tell-input.ts";
import { tellSubmission } from "./submission.ts";
import type { Told } from "./told.ts";

/** Up to so many inputs and gradients stand in the summary. */
const mostSummed = 4;
const mostNamed = 6;

/** Tells the run of a portrait. */
export function tell(portrait: Portrait, objective: PortrayedValue, telling: Telling, verdict: Verdict | null): Told {
  const symbols = symbolsOf(portrait);
  const top = telling.isSeeded ? symbol(symbols.fresh(["L", "J", "S"])) : symbols.of(objective);
  const course = courseOf(portrait, objective, top, telling.isSeeded);
  const narration = new Narration(course, symbols, telling);
  const { steps, voice } = telling;
  const { nonfinite } = portrait;
  const { forward, wrt } = course;
  const backward = course.backward.slice(0, steps);
  const inputs = wrt.slice(0, steps);
  const omitted = {
    forward: Math.max(0, forward.length - steps),
    backward: course.backward.length - backward.length,
    gradients: wrt.length - inputs.length,
  };
  const told = new Set(backward.map(idOf));
  const kinks = kinksOf(narration);
  const kinked = new Set(kinks.map(({ node }) => node));
  const forwardSteps = forward.slice(0, steps).map((node) => tellForward(node, narration));
  const backwardSteps = [
    tellSeed(narration),
    ...backward.map((passage) =>
      passage.kind === "sum" ? tellSum(passage.value, passage.edges, narration) : tellBackward(passage.node, passage.edges, narration),
    ),
  ];
  return {
    title: voice.title(symbols.of(objective)),
    objective: objective.name ?? "",
    summary: joined([summaryOf(portrait.values, narration), ...namingOf(narration)], voice.between),
    forward: forwardSteps,
    backward: backwardSteps,
    gradients: inputs.map((value) => tellInput(value, { told, kinked }, narration)),
    recognised: tellFunctions(narration),
    notes: [
      ...tellGiven(portrait.values, narration),
      ...kinks.map((kink) => tellKink(kink, narration)),
      ...(omitted.forward + omitted.backward + omitted.gradients === 0 ? [] : [voice.omitted(omitted)]),
    ],
    omitted,
    submission: verdict === null ? null : tellSubmission(verdict, [...forwardSteps, ...backwardSteps], narration),
    nonfinite: nonfinite === null ? null : { ...nonfinite, sentence: tellNonfinite(nonfinite, portrait.nodes, narration) },
  };
}

/** Which names were shortened, where any were. */
function namingOf({ symbols, voice }: Narration): Prose[] {
  const names = symbols.shortened.map(([short, name]) => ({ short: symbol(short), name }));
  return names.length === 0 ? [] : [voice.naming(names.slice(0, mostNamed), Math.max(0, names.length - mostNamed))];
}

function summaryOf(values: readonly PortrayedValue[], narration: Narration): Prose {
  const { course, voice, chains } = narration;
  const { forward, backward, wrt, objective } = course;
  const operands = new Set(forward.flatMap(({ node }) => node.inputs));
  const inputs = values.filter(({ role, value }) => (role === "input" || role === "parameter") && operands.has(value));
  const results = wrt.flatMap((value): Term[] => {
    const { gradient } = value;
    return gradient !== null && isNumber(gradient) ? [equation(chains.upstream(value), number(gradient.data[0]))] : [];
  });
  return voice.summary({
    objective: narration.symbol(objective),
    value: [narration.text(objective.tensor)],
    inputs: inputs.slice(0, mostSummed).map((value) => narration.symbol(value)),
    leftInputs: Math.max(0, inputs.length - mostSummed),
    steps: forward.length,
    hasSums: backward.some(({ kind }) => kind === "sum"),
    results: results.slice(0, mostSummed),
    leftResults: Math.max(0, results.length - mostSummed),
  });
}
