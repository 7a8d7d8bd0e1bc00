import { z } from "zod";
import { JsonNumber } from "../json-number.ts";
import { MistakeName } from "../mistakes/catalogue.ts";
import { Name, TensorOutput } from "../../request/values.ts";

const kind = z.enum(["output", "node", "gradient", "edge", "submission"]).meta({
  description:
    "An output, the value of a node, the gradient of a value, the gradient of an edge; or the submission itself, where it cannot be read as one",
  examples: ["gradient"],
});

const place = {
  kind,
  name: z
    .string()
    .optional()
    .meta({ description: "The name of the value, or of a member of the submission; left out for edges", examples: ["b"] }),
  from: z
    .string()
    .nullable()
    .optional()
    .meta({ description: "Of an edge: the value that is consumed, null for a literal", examples: ["b"] }),
  to: z
    .string()
    .optional()
    .meta({ description: "Of an edge: the consuming node", examples: ["add_1"] }),
  input: z
    .int()
    .optional()
    .meta({ description: "Of an edge: which of the node's inputs it is", examples: [1] }),
  point: z
    .int()
    .optional()
    .meta({ description: "At which of the request's points, from 0; left out when it has none", examples: [0] }),
  step: z
    .string()
    .optional()
    .meta({
      description: "The step of POST /v1/explain, for the same program, that tells what it should be; left out where there is none",
      examples: ["sum/b"],
    }),
};

export const ItemPlace = z
  .object(place)
  .meta({ id: "GradedPlace", description: "An item of a program", examples: [{ kind: "gradient", name: "b" }] });

const WorstEntry = z
  .object({
    index: z.array(z.int()).meta({ description: "Where it stands in the tensor; [] for a scalar", examples: [[0, 2]] }),
    expected: JsonNumber.meta({ description: "What it should be", examples: [5] }),
    submitted: JsonNumber.meta({ description: "What was submitted", examples: [3] }),
    absolute_error: JsonNumber.meta({ description: "How far they are apart", examples: [2] }),
    relative_error: JsonNumber.meta({ description: "The same as a share of the greater of the two", examples: [0.4] }),
  })
  .meta({ id: "WorstEntry", description: "An element that is wrong" });

const GradedItem = z
  .object({
    ...place,
    passed: z.boolean().meta({ description: "Whether it counts as right", examples: [false] }),
    verdict: z.enum(["correct", "follows", "wrong", "not_finite", "shape_mismatch", "missing", "unreadable", "unknown_name"]).meta({
      description:
        "correct; follows: right given the submission's own earlier values, which are not; wrong; not_finite: NaN or infinite where it should not be; shape_mismatch: another shape; missing: required and not submitted, or null; unreadable: no tensor, or no submission; unknown_name: the program, or a submission, has nothing of that name",
      examples: ["wrong"],
    }),
    message: z
      .string()
      .optional()
      .meta({
        description: "What there is to say of it in a sentence: why it could not be compared, or what its shape was taken for",
        examples: ["The program has no value named W_1; did you mean W1?"],
      }),
    suggestion: z
      .string()
      .optional()
      .meta({ description: "What was probably meant by a name that is not known", examples: ["W1"] }),
    points: z.number().meta({ description: "Points earned", examples: [0] }),
    max_points: z.number().meta({ description: "Points that could be earned", examples: [1] }),
    residual: JsonNumber.optional().meta({
      description:
        "norm(a - b) / (norm(a) + norm(b)) of what was submitted and what it should be; left out where there is nothing to compare",
      examples: [0.25],
    }),
    expected: TensorOutput.optional().meta({ description: "What it should be, for small tensors that are wrong", examples: [5] }),
    submitted: TensorOutput.optional().meta({ description: "What was submitted, for small tensors that are wrong", examples: [3] }),
    expected_shape: z
      .array(z.int())
      .optional()
      .meta({ description: "The shape that it should have, where it has another", examples: [[2, 3]] }),
    submitted_shape: z
      .array(z.int())
      .optional()
      .meta({ description: "The shape that it has, where that is wrong", examples: [[3, 2]] }),
    wrong_elements: z
      .int()
      .optional()
      .meta({ description: "How many elements are wrong", examples: [1] }),
    worst: z.array(WorstEntry).optional().meta({ description: "The worst elements, at most three" }),
  })
  .meta({ id: "GradedItem", description: "The verdict on one item" });

const CauseEdge = z
  .object({
    from: Name.nullable().meta({ description: "The value that is consumed; null for what has no name", examples: ["b"] }),
    to: Name.meta({ description: "The consuming node", examples: ["add_1"] }),
    input: z.int().meta({ description: "Which of the node's inputs it is", examples: [1] }),
  })
  .meta({ id: "CauseEdge", description: "An edge that a mistake is about" });

const Cause = z
  .object({
    mistake: MistakeName,
    name: z.string().meta({
      description: "The node at which it is made, or the value whose gradient it spoils; several names are joined by commas",
      examples: ["b"],
    }),
    edges: z.array(CauseEdge).meta({ description: "The edges whose contributions are wrong or missing" }),
    factor: z
      .number()
      .optional()
      .meta({ description: "How many times the right contribution was taken, or the learning rate of updated weights", examples: [2] }),
    residual: z.number().meta({
      description:
        "What is left between the submission and this cause: norm(a - b) / (norm(a) + norm(b)), the greatest of the items explained",
      examples: [0],
    }),
    explains: z.array(ItemPlace).meta({ description: "The wrong items that it explains" }),
    also: z
      .array(z.string())
      .meta({ description: "Other places where the same mistake would give the same numbers", examples: [["add_1"]] }),
    message: z.string().meta({ description: "A sentence for the student", examples: ["b is used in more than one place; …"] }),
  })
  .meta({ id: "Cause", description: "A mistake that is consistent with what was submitted" });

const verdict = {
  id: z
    .string()
    .optional()
    .meta({ description: "The submission's own id", examples: ["student-17"] }),
  passed: z.boolean().meta({ description: "Whether every item passed", examples: [false] }),
  score: z.number().meta({ description: "Points earned as a share of all points, from 0 to 1", examples: [0.5] }),
  points: z.number().meta({ description: "Points earned", examples: [1] }),
  max_points: z.number().meta({ description: "Points that could be earned", examples: [2] }),
  items: z.array(GradedItem).meta({ description: "A verdict per item: outputs, nodes, gradients, edges, in the order of the request" }),
  first_wrong: ItemPlace.nullable().meta({
    description: "The first item in the order of computation (forward, then backward) that is not as it should be; null when there is none",
  }),
  diagnosis: z.array(Cause).meta({
    description:
      "Mistakes behind what is wrong. Each explains everything, most likely first; or, when none does by itself, they explain as much as possible together",
  }),
  undecided: z
    .string()
    .optional()
    .meta({
      description: "Said when several causes explain the same and could not be told apart",
      examples: ["2 causes give the same numbers and could not be told apart here. …"],
    }),
  unexplained: z
    .array(ItemPlace)
    .optional()
    .meta({ description: "Wrong items that none of the known mistakes explains; left out when there are none" }),
};

const Verdict = z.object(verdict).meta({ id: "Verdict", description: "The verdict on one submission" });
export type Verdict = z.output<typeof Verdict>;
export type GradedItem = z.output<typeof GradedItem>;
export type ItemPlace = z.output<typeof ItemPlace>;

export const GradeResponse = z
  .object(verdict)
  .partial()
  .extend({
    submissions: z
      .array(Verdict)
      .optional()
      .meta({ description: "A verdict for each of the request's submissions, in their order; the other members are then left out" }),
  })
  .meta({ id: "GradeResponse", description: "The verdict on a submission, or on many" });
