import { z } from "zod";
import { ProgramWarnings } from "../../compute/crossing-warnings.ts";
import { NonFinite } from "../../compute/responses.ts";
import { ItemPlace } from "../../grading/grade/response.ts";
import { languages } from "../../grading/language.ts";
import { Name, TensorOutput } from "../../request/values.ts";

/** A mathematical text in the three ways in which it is needed. */
export const WrittenFormula = z
  .object({
    latex: z.string().meta({ description: "In LaTeX, without dollar signs", examples: ["t = x + y = 1 + 2 = 3"] }),
    text: z.string().meta({ description: "In one line of plain text", examples: ["t = x + y = 1 + 2 = 3"] }),
    mathml: z.string().meta({ description: "As a MathML element, which browsers show", examples: ["<math><mi>t</mi></math>"] }),
  })
  .meta({ id: "WrittenFormula", description: "A formula as LaTeX, as text and as MathML" });
export type WrittenFormula = z.output<typeof WrittenFormula>;

const StepId = z.string().meta({
  id: "StepId",
  description:
    "Which step: forward/NAME computes a value, seed/NAME begins the way back, backward/NAME goes back through the node NAME, sum/NAME adds what comes back to a value along several edges",
  examples: ["backward/t"],
});

const sentence = z.string().meta({
  description: "What happens, in words",
  examples: ["Going back through t = x + y: …"],
});
const tensor = TensorOutput.optional().meta({
  description: "The exact numbers; left out where there are more than 64, or none",
  examples: [3],
});
const gradient = TensorOutput.optional().meta({
  description: "What flows back; left out where there are more than 64 numbers, or nothing flows",
  examples: [6],
});

const Local = z
  .object({
    formula: WrittenFormula.optional().meta({ description: "The derivative as a formula, and its number: ∂z/∂t = 2·t = 6" }),
    value: tensor,
  })
  .meta({ description: "The derivative of the node's result by this input alone, where it has one" });

const StepEdge = z
  .object({
    from: Name.nullable().meta({ description: "The value to which the gradient goes back", examples: ["x"] }),
    input: z.int().meta({ description: "Which of the node's inputs it is, from 0", examples: [0] }),
    incoming: gradient,
    local: Local,
    gradient,
    shape: z.array(z.int()).meta({ description: "The shape of the gradient; [] for a number", examples: [[]] }),
    formula: WrittenFormula.meta({ description: "What is passed back: ∂z/∂x = ∂z/∂t · ∂t/∂x = 6·1 = 6" }),
    sentence,
  })
  .meta({ id: "ExplainedEdge", description: "What a node passes back to one of its inputs" });
export type StepEdge = z.output<typeof StepEdge>;

const Addend = z
  .object({
    to: Name.meta({ description: "The node that the value goes into", examples: ["c"] }),
    input: z.int().meta({ description: "Which of its inputs it is, from 0", examples: [1] }),
    gradient,
  })
  .meta({ id: "ExplainedAddend", description: "What comes back along one of the edges that leave a value" });

export const ExplainedStep = z
  .object({
    id: StepId.meta({ description: "By which other parts of the answer, and verdicts of /v1/grade, refer to the step" }),
    kind: z.enum(["forward", "seed", "backward", "sum"]).meta({ description: "What is done", examples: ["forward"] }),
    node: Name.meta({ description: "The value that is computed, gone back through, or whose gradient is added up", examples: ["t"] }),
    symbol: z.string().meta({ description: "What formulas call it: a short name where the client gave none", examples: ["u"] }),
    op: z
      .string()
      .optional()
      .meta({ description: "The operator of the node", examples: ["Add"] }),
    layer: z
      .string()
      .optional()
      .meta({ description: "The layer of a network that the node belongs to", examples: ["layer 0, Linear(2 → 4)"] }),
    sentence,
    formula: WrittenFormula.meta({ description: "What happens, as a formula" }),
    value: tensor,
    shape: z.array(z.int()).meta({ description: "The shape of the value or gradient; [] for a number", examples: [[]] }),
    edges: z
      .array(StepEdge)
      .optional()
      .meta({ description: "Of a step back through a node: what each of its inputs gets; of more than 64 the first" }),
    addends: z.array(Addend).optional().meta({ description: "Of a sum: what is added; of more than 64 addends the first" }),
  })
  .meta({ id: "ExplainedStep", description: "One step of the way forward or back" });
export type ExplainedStep = z.output<typeof ExplainedStep>;

const ExplainedInput = z
  .object({
    name: Name.meta({ description: "The input", examples: ["x"] }),
    value: tensor,
    gradient: gradient,
    shape: z.array(z.int()).meta({ description: "The shape of both; [] for a number", examples: [[]] }),
    chain: WrittenFormula.meta({ description: "The chain rule in the intermediate variables: ∂z/∂x = ∂z/∂t · ∂t/∂x" }),
    substituted: WrittenFormula.nullable().meta({ description: "The same with each local derivative in its place: 2t · 1" }),
    simplified: WrittenFormula.nullable().meta({
      description: "The derivative as a formula in the inputs alone, 2(x + y); null where it would be long or there is none",
    }),
    sentence,
    steps: z.array(StepId).meta({ description: "The steps back that lead to it, in their order" }),
  })
  .meta({ id: "ExplainedInput", description: "The gradient of an input, explained" });
export type ExplainedInput = z.output<typeof ExplainedInput>;

const Recognised = z
  .object({
    nodes: z
      .array(Name)
      .meta({ description: "The nodes that make up the function; the last one has its result", examples: [["exp_1", "div_1"]] }),
    name: z.string().meta({ description: "The function", examples: ["sigmoid"] }),
    formula: WrittenFormula.meta({ description: "The function: f = σ(x)" }),
    derivative: WrittenFormula.meta({ description: "Its derivative in terms of the result: f·(1 − f)" }),
    sentence,
  })
  .meta({ id: "RecognisedFunction", description: "A group of nodes that is a known function, with its derivative in closed form" });
export type Recognised = z.output<typeof Recognised>;

const ExplainedClaim = z
  .object({
    item: ItemPlace.meta({ description: "What the claim is about" }),
    step: StepId.optional().meta({ description: "The step that it belongs to; left out where there is none" }),
    passed: z.boolean().meta({ description: "Whether it is right", examples: [false] }),
    expected: TensorOutput.optional().meta({ description: "What it should be, for small tensors that are wrong", examples: [5] }),
    submitted: TensorOutput.optional().meta({ description: "What was claimed, for small tensors that are wrong", examples: [3] }),
    sentence,
  })
  .meta({ id: "ExplainedClaim", description: "A claim beside what is right" });

const ExplainedSubmission = z
  .object({
    passed: z.boolean().meta({ description: "Whether all claims are right", examples: [false] }),
    items: z.array(ExplainedClaim).meta({ description: "The claims, each beside what is right" }),
    first_wrong: StepId.optional().meta({ description: "The first step at which a claim is wrong" }),
    sentence,
  })
  .meta({ id: "ExplainedSubmission", description: "What was claimed, told beside the right chain" });
export type ExplainedSubmission = z.output<typeof ExplainedSubmission>;

export const ExplainResponse = z
  .object({
    language: z.enum(languages).meta({ description: "The language of the sentences", examples: ["en"] }),
    title: z.string().meta({ description: "What is explained", examples: ["The gradient of z"] }),
    objective: Name.meta({ description: "The value whose gradients are explained", examples: ["z"] }),
    summary: z.string().meta({ description: "The whole in two or three sentences" }),
    forward: z.array(ExplainedStep).meta({ description: "The steps forward, in their order" }),
    backward: z.array(ExplainedStep).meta({ description: "The steps back, in their order: the seed first" }),
    gradients: z.array(ExplainedInput).meta({ description: "The gradient of each input, as a chain and in closed form" }),
    recognised: z.array(Recognised).meta({ description: "Known functions that the program spells out" }),
    notes: z.array(z.string()).meta({
      description: "What else is to be known: what is left out, points on a kink, inputs that do not matter",
      examples: [["z does not depend on w: its gradient is 0"]],
    }),
    omitted: z
      .object({
        forward: z.int().meta({ description: "Steps forward", examples: [0] }),
        backward: z.int().meta({ description: "Steps back", examples: [0] }),
        gradients: z.int().meta({ description: "Inputs", examples: [0] }),
      })
      .optional()
      .meta({ description: "How many there are of what is not told; left out when all is" }),
    submission: ExplainedSubmission.optional().meta({ description: "The submission, where one was given" }),
    nonfinite: NonFinite.extend({ sentence })
      .meta({ id: "ExplainedNonFinite", description: "Where a NaN or an infinity was born, and why" })
      .optional()
      .meta({ description: "Where a NaN or an infinity was born, and why; left out when there is none" }),
    warnings: ProgramWarnings,
  })
  .meta({ id: "ExplainResponse", description: "The chain rule told step by step" });
export type ExplainResponse = z.output<typeof ExplainResponse>;
