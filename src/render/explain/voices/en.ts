import type { Term } from "../../../formula/term.ts";
import { joined, type Prose, say } from "../prose.ts";
import type { FunctionTitle } from "../recognise/spelled.ts";
import type { Voice } from "./voice.ts";

const listed = (terms: readonly Prose[]): Prose =>
  terms.length < 2 ? joined(terms, "") : [...joined(terms.slice(0, -1), ", "), " and ", ...(terms.at(-1) ?? [])];
/** `left` more are not named. */
const list = (terms: readonly Term[], left = 0): Prose =>
  listed([...terms.map((term) => [term]), ...(left === 0 ? [] : [[`${left} more`]])]);
const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
const sayLayer = (layer: string | null): string => (layer === null ? "" : `${layer}: `);

export const english: Voice = {
  tag: "en",
  between: " ",
  otherwise: "otherwise",
  when: "if",
  headings: {
    summary: "In short",
    forward: "Forward",
    backward: "Backward",
    gradients: "The gradients",
    functions: "Known functions",
    notes: "Notes",
    submission: "What was submitted",
    step: "Step",
  },
  title: (objective) => say`The gradient of ${objective}, step by step`,
  summary: ({ objective, value, inputs, leftInputs, steps, hasSums, results, leftResults }) =>
    joined(
      [
        steps === 0
          ? say`${objective} is given as it is; here ${objective} = ${value}.`
          : say`${objective} is computed from ${list(inputs, leftInputs)} in ${counted(steps, "step")}; here ${objective} = ${value}.`,
        hasSums
          ? say`The way back begins at ${objective}: each node multiplies what arrives by its local derivative, and where a value is used more than once, what comes back is added up.`
          : say`The way back begins at ${objective}: each node multiplies what arrives by its local derivative, and hands the product on.`,
        ...(results.length === 0 ? [] : [say`In the end ${list(results, leftResults)}.`]),
      ],
      " ",
    ),
  layer: ({ index, name, title }) => (index === null ? `loss, ${title}` : `layer ${index}${name === null ? "" : ` “${name}”`}, ${title}`),
  forward: ({ symbol, introduces, equation, shapes, numbers, layer }) => {
    const what = introduces === null ? say`Compute ${equation}` : say`Write ${symbol} for ${introduces}: ${equation}`;
    const sizes =
      shapes === null
        ? []
        : say`, ${shapes.operands.length === 0 ? "" : `from ${shapes.operands.join(" and ")} `}${shapes.result === null ? "a single number" : `a tensor of shape ${shapes.result}`}`;
    return say`${sayLayer(layer)}${what}${sizes}${numbers === null ? "" : `: ${numbers}`}.`;
  },
  seed: (objective, equation, top) =>
    top === null
      ? say`The way back begins at ${objective}. Its derivative by itself is 1: ${equation}.`
      : say`The way back begins at ${objective} with the cotangent that was given, as if ${objective} went into a number ${top}: ${equation}.`,
  backward: ({ node, formula, incoming, layer, count, told, isScalar }) => {
    const gets = count === 1 ? "Its operand gets" : "Each operand gets";
    const share = isScalar ? "that times its local derivative" : "what the chain rule makes of it";
    return say`${sayLayer(layer)}Go back through ${node} = ${formula}. What arrives from above is ${incoming}. ${gets} ${share}.${told < count ? ` Of its ${count} operands the first ${told} are told here.` : ""}`;
  },
  edge: ({ from, incoming, local, gradient, isShare }) =>
    local === null
      ? say`To ${from} goes ${gradient}.`
      : say`To ${from}: ${incoming} times the local derivative ${local} makes ${gradient}${isShare ? ", one share of its gradient" : ""}.`,
  tensorEdge: ({ from, formula, shapes, passed, summed, isElementwise, numbers, isShare, counts }) =>
    joined(
      [
        say`${from} gets ${formula ?? "what the operator passes back of it"}${isElementwise ? ", entry by entry" : ""}${shapes === null ? (passed === null ? "" : `, of shape ${passed}`) : say`, in shapes ${shapes}`}: ${numbers}.`,
        counts ? say`n is the number of examples.` : [],
        summed === null ? [] : say`Forward it was repeated along axis ${summed}, so back there is a sum over that axis.`,
        isShare ? say`That is one share of its gradient.` : [],
      ].filter((part) => part.length > 0),
      " ",
    ),
  sum: ({ value, objective, through, count, isAll, equation }) => {
    const paths = isAll ? `: ${count === 2 ? "two" : count} paths lead from ` : ", so several paths lead from ";
    return say`${value} is used ${count === 2 ? "twice" : `${count} times`}, by ${list(through, count - through.length)}${paths}${value} to ${objective}. What comes back along them is added up: ${equation}.`;
  },
  input: ({ name, objective, equation, gradient, isFinite, isTaken, ways, closed }) =>
    joined(
      [
        ...(ways === null || ways.length < 2
          ? []
          : [
              say`${counted(ways.length, "path")} lead from ${name} to ${objective}: ${listed(ways.map((way) => (way.length === 0 ? say`directly` : say`through ${list(way)}`)))}.`,
            ]),
        ...(equation === null ? [] : [say`By the chain rule ${equation}.`]),
        ...(closed === null ? [] : [say`In the inputs alone that is ${closed}.`]),
        !isFinite
          ? say`${Number.isFinite(gradient) ? objective : "That"} is no finite number, so no rate of change can be told here.`
          : isTaken
            ? say`A node on the way sits where its derivative is not unique (see the notes), so ${objective} may change otherwise than this says when ${name} grows, or when it falls.`
            : gradient === 0
              ? say`A small change of ${name} does not change ${objective} to first order.`
              : say`When ${name} grows by a little, ${objective} ${gradient > 0 ? "grows" : "falls"} ${magnitude(gradient)}.`,
      ],
      " ",
    ),
  tensorInput: ({ name, objective, equation, shape, numbers }) =>
    joined(
      [
        ...(equation === null ? [] : [say`By the chain rule ${equation}.`]),
        say`The gradient has the shape of ${name}, ${shape}: each entry says by how much ${objective} changes when that entry of ${name} grows by a little. ${numbers}.`,
      ],
      " ",
    ),
  naming: (names, left) =>
    say`In formulas ${listed(names.map(({ short, name }) => say`${short} stands for ${name}`))}${left === 0 ? "" : `, and so on for ${left} more`}.`,
  recognised: ({ nodes, title, operands, formula, derivative }) =>
    say`${nodes.length === 1 ? say`${nodes[0]} is` : say`${list(nodes.slice(-mostNodes), Math.max(0, nodes.length - mostNodes))} together are`} ${titles[title]} of ${list(operands)}: ${formula}. Its derivative has a closed form: ${derivative}.`,
  submission: ({ right, total, firstWrong, diagnosis }) =>
    joined(
      [
        total === 1
          ? say`The claim is ${right === 1 ? "right" : "wrong"}.`
          : right === total
            ? say`All ${total} claims are right.`
            : say`${right} of ${total} claims are right.`,
        ...(firstWrong === null ? [] : [say`The first that is wrong, in the order of computation, is ${firstWrong}.`]),
        ...(diagnosis === null ? [] : [[diagnosis]]),
      ],
      " ",
    ),
  claim: ({ what, verdict, expected, submitted, message }) => {
    const subject = what ?? "The submission";
    const further = message === null ? "" : ` ${message}.`;
    if (verdict === "correct") return say`${subject} is right.`;
    if (verdict === "follows")
      return say`${subject} follows from the numbers submitted before it, which are wrong${expected === null ? "" : `; it should be ${expected}`}.`;
    if (expected !== null && submitted !== null)
      return say`${subject} is wrong: ${submitted} was submitted, and it should be ${expected}.${further}`;
    return say`${subject} is wrong.${further}`;
  },
  insteadOf: (right) => say`This is how it comes about: ${right}`,
  independent: (name, objective) => say`No differentiable path leads from ${name} to ${objective}: the gradient of ${name} is 0.`,
  omitted: ({ forward, backward, gradients }) =>
    say`Left out: ${listed(
      [
        forward === 0 ? [] : say`${counted(forward, "step")} forward`,
        backward === 0 ? [] : say`${counted(backward, "step")} back`,
        gradients === 0 ? [] : say`${counted(gradients, "gradient")}`,
      ].filter((part) => part.length > 0),
    )}. Name fewer values with wrt, or allow more with steps.`,
  kink: ({ node, formula, where, convention }) =>
    say`${node} = ${formula} sits where its derivative is not unique (${where}). By convention it is taken there as: ${convention}.`,
  given: (values, left) =>
    say`Numbers that are not finite came in with ${list(values, left)}: where they go, results may not be finite either, which is then owed to no step.`,
  nonfinite: ({ node, pass, equation, why, place }) =>
    say`The first number that is not finite appears at ${node} on the way ${pass === "forward" ? "forward" : "back"}${place === null ? "" : ` (entry ${place})`}${equation === null ? "" : say`: ${equation}`}. ${reasons[why]}`,
};

/** So many nodes of a group are named. */
const mostNodes = 5;

const titles: Readonly<Record<FunctionTitle, string>> = {
  sigmoid: "the sigmoid",
  "mirrored sigmoid": "the mirrored sigmoid σ(−x)",
  tanh: "the hyperbolic tangent",
  softplus: "softplus, a smooth ReLU,",
  "log-sigmoid": "the logarithm of the sigmoid",
  SiLU: "SiLU (swish)",
  ReLU: "ReLU",
  GELU: "GELU",
  softsign: "softsign",
  "absolute value": "the absolute value",
  "hyperbolic sine": "the hyperbolic sine",
  "hyperbolic cosine": "the hyperbolic cosine",
  logit: "the logit, the inverse of the sigmoid,",
  "log of a sum of exponentials": "the logarithm of the sum of exponentials",
  norm: "the Euclidean norm",
  "squared norm": "the sum of the squares",
  "sum of absolute values": "the sum of the absolute values",
  "squared error": "the squared error",
  "absolute error": "the absolute error",
  "binary cross-entropy": "the binary cross-entropy",
  "logistic loss": "the logistic loss",
  "cross-entropy": "the cross-entropy",
  softmax: "the softmax",
  "log-softmax": "the logarithm of the softmax",
  "softmax with cross-entropy": "the cross-entropy of the softmax",
};

const reasons = {
  domain: "The function has no real value there: what it is taken of lies outside its domain.",
  zeros: "Zero over zero has no value: it might be any number.",
  pole: "The function grows without bound there, as at a division by zero.",
  overflow: "The exact result is greater than any number of this element type: it overflows.",
  unknown: "All numbers that go into it are finite.",
};

/** "2 times as much", in the words that fit the size. */
const magnitude = (gradient: number): string => {
  const size = Math.abs(gradient);
  return size === 1 ? "by just as much" : `about ${Number(size.toPrecision(3))} times as much`;
};
