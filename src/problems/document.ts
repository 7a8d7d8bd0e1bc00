import { z } from "zod";
import { problemCodes, problemPath } from "./catalogue.ts";

const Place = z
  .object({
    pointer: z.string().meta({
      description: "JSON pointer (RFC 6901) to the place in the request body; empty for the whole body",
      examples: ["/graph/nodes/3/op"],
    }),
    detail: z.string().meta({ description: "What is wrong there", examples: ["There is no operator Sofmax"] }),
    suggestion: z
      .string()
      .optional()
      .meta({ description: "What was probably meant", examples: ["Softmax"] }),
  })
  .meta({ id: "ProblemPlace", description: "One place in the request that is at fault" });

/** The body of every answer that is not a success. */
export const ProblemDocument = z
  .object({
    type: z.string().meta({
      description: "Path of a page of this service that explains the problem",
      examples: [problemPath("unknown_operator")],
    }),
    title: z.string().meta({ description: "The problem's kind in a few words", examples: ["The operator is unknown"] }),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ description: "The HTTP status code", examples: [422] }),
    detail: z.string().meta({
      description: "What happened this time",
      examples: ["Node y uses Sofmax, which is not an operator. Did you mean Softmax?"],
    }),
    code: z.enum(problemCodes).meta({ description: "The problem's kind, for programs", examples: ["unknown_operator"] }),
    errors: z.array(Place).meta({ description: "The places in the request that are at fault, if any are known" }),
  })
  .meta({ id: "Problem", description: "A problem document (RFC 9457)" });
export type ProblemDocument = z.output<typeof ProblemDocument>;
