import { z } from "zod";
import { questionMembers, runMembers } from "../../compute/requests.ts";
import { languages } from "../../grading/language.ts";
import { Submission } from "../../grading/submission.ts";
import { exactlyOne, oneOfRequired, programMembers } from "../../program/source.ts";

const programNames = Object.keys(programMembers);

export const explainFormats = ["json", "markdown", "html"] as const;
export type ExplainFormat = (typeof explainFormats)[number];

const { encoding: _, ...run } = runMembers;

export const ExplainRequest = z
  .strictObject({
    ...run,
    ...questionMembers,
    language: z
      .enum(languages)
      .optional()
      .meta({ description: "The language of the sentences. Left out, the Accept-Language header decides, else English", examples: ["zh"] }),
    format: z
      .enum(explainFormats)
      .optional()
      .meta({
        description:
          "json, as described here; markdown, with formulas between dollar signs; html, a page with MathML that needs nothing else. Left out, the Accept header decides (text/markdown, text/html), else json",
        examples: ["markdown"],
      }),
    digits: z
      .int()
      .min(1)
      .max(17)
      .default(6)
      .meta({
        description: "Significant digits of numbers in sentences and formulas; the members that hold numbers are exact",
        examples: [4],
      }),
    steps: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .meta({
        description:
          "At most so many steps are told forward, and as many backward; the answer says how many are left out. Narrow with `wrt`",
        examples: [20],
      }),
    submission: Submission.optional().meta({
      description: "What somebody claims, as for /v1/grade: each claim is told to be right or wrong beside the step that it belongs to",
    }),
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "ExplainRequest",
    description: "A program and its inputs, whose gradients are to be explained",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "t = x + y; z = t^2", inputs: { x: 1, y: 2 }, language: "en" }],
  });
export type ExplainRequest = z.output<typeof ExplainRequest>;
