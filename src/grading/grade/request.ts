import { z } from "zod";
import { boundOfPoints, bounds } from "../../request/bounds.ts";
import { defaultLimits } from "../../request/limits.ts";
import { toleranceMembers } from "../tolerance.ts";
import { exactlyOne, oneOfRequired, programMembers } from "../../program/source.ts";
import { runMembers } from "../../compute/requests.ts";
import { shapesMember } from "../shapes.ts";
import { Submission, Worth } from "../submission.ts";
import { Name, TensorInput, TensorInputs } from "../../request/values.ts";

const programNames = Object.keys(programMembers);

export const gradeFormats = ["json", "gradescope", "prairielearn", "classroom50", "codegrade", "autolab", "junit", "tap", "text"] as const;
export type GradeFormat = (typeof gradeFormats)[number];

const text = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description, examples: [example] });

/** As it came, since ids are whatever people are called: a record would lose one that is named __proto__. */
const Submissions = z.unknown().refine((json): json is object => typeof json === "object" && json !== null, {
  error: "Expected a list of submissions, or an object of them by id",
});
const oneSubmission = { $ref: "#/$defs/Submission" };

export const GradeRequest = z
  .strictObject({
    ...programMembers,
    inputs: runMembers.inputs,
    parameters: runMembers.parameters,
    seed: runMembers.seed,
    points: z
      .array(TensorInputs)
      .min(1)
      .max(defaultLimits.points)
      .optional()
      .register(bounds, boundOfPoints)
      .meta({
        description:
          "Several points at which the program is run: tensors for its inputs at each. Submissions then hold their claims in `points`",
        examples: [
          [
            { a: 2, b: 1 },
            { a: -1, b: 3 },
          ],
        ],
      }),
    of: Name.optional().meta({
      description: "The value whose gradients are claimed. Left out, it is the only output, or a network's loss",
      examples: ["e"],
    }),
    cotangent: TensorInput.optional().meta({
      description: "What flows backward into `of`, in its shape. Needed when `of` is not a scalar and gradients are judged",
      examples: [[1, 0, 0]],
    }),
    submission: Submission.optional().meta({ description: "What is judged" }),
    submissions: Submissions.optional()
      .register(bounds, { limit: "points", what: "submissions" })
      .meta({
        anyOf: [
          { type: "array", items: oneSubmission },
          { type: "object", additionalProperties: oneSubmission },
        ],
        examples: [[{ id: "ada", gradients: { a: 2, b: 5 } }]],
        description:
          "Many submissions to the same task, in place of one: a list, or an object of them by id. The answer then has `submissions`, one verdict each, in the same order",
      }),
    ...toleranceMembers,
    shapes: shapesMember,
    worth: Worth.optional().meta({
      description:
        "How many points items are worth. Items named here are required: one that a submission lacks is judged as missing. Items that are not named are judged, and worth nothing. Left out, every submitted item is worth 1 point",
    }),
    partial_credit: z
      .enum(["items", "elements", "none"])
      .default("items")
      .meta({
        description:
          "What earns points. items: each item by itself. elements: of each item the share of its elements that are right. none: everything or nothing",
        examples: ["elements"],
      }),
    follow_through: z
      .boolean()
      .default(true)
      .meta({
        description: "Judge each item given the submission's own values and gradients before it, so that one error costs points once",
        examples: [false],
      }),
    diagnose: z
      .boolean()
      .default(true)
      .meta({
        description:
          "Look for the mistakes behind what is wrong. Of many submissions in one request two mistakes at once are looked for in the first ten that need it",
        examples: [false],
      }),
    language: z
      .enum(["en", "zh"])
      .optional()
      .meta({ description: "The language of sentences. Left out, the Accept-Language header decides, else English", examples: ["zh"] }),
    metadata: z
      .strictObject({
        classroom: text("The classroom, for classroom50", "cs-101"),
        assignment: text("The assignment, for classroom50", "backprop"),
        submission: text("The submission, for classroom50; the submission's own id unless told", "student-17"),
        commit: text("The commit, for classroom50", "0a1b2c3"),
        datetime: text("When it was submitted, for classroom50", "2026-09-01T12:00:00Z"),
        problem: text("The problem that all points count for, for autolab; without it every item is a problem of its own", "Prob1"),
      })
      .optional()
      .meta({ description: "What a format wants to hold and the service cannot know", examples: [{ problem: "Prob1" }] }),
    format: z
      .enum(gradeFormats)
      .default("json")
      .meta({
        description:
          "The form of the answer: json as described here, or what an autograder expects: gradescope and prairielearn (results.json), classroom50 (a result), codegrade (lines for file descriptor 3), autolab (the last line of stdout), junit (XML), tap, text. Of many submissions junit has a suite each, tap a subtest and text a section; the others are an object with `submissions`, each with its `id` and its `report`",
        examples: ["gradescope"],
      }),
  })
  .superRefine(exactlyOne(programNames))
  .superRefine(exactlyOneSubmission)
  .meta({
    id: "GradeRequest",
    description: "A program, its inputs, and what is claimed about them",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 3 } } }],
  });
export type GradeRequest = z.output<typeof GradeRequest>;

interface Held {
  readonly submission?: unknown;
  readonly submissions?: unknown;
}

/** One of `submission` and `submissions`. What stands there is judged, and never refused. */
function exactlyOneSubmission({ submission, submissions }: Held, context: z.RefinementCtx): void {
  if ((submission === undefined) === (submissions === undefined)) {
    context.addIssue({ code: "custom", message: "A request has exactly one of submission and submissions" });
  }
}
