import { z } from "zod";
import { crossingWarnings } from "../../compute/crossing-warnings.ts";
import { type Language, languageOf, languages } from "../../grading/language.ts";
import { problemAt } from "../../problems/problems.ts";
import { givenIn } from "../../program/feeds.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor } from "../../request/tensor.ts";
import { defineTask, json } from "../../tasks/define.ts";
import { documentOf, type TaskContent } from "../../tasks/result.ts";
import { portrayerOf } from "../portrait.ts";
import { blocksOf } from "./document.ts";
import { htmlOf } from "./html.ts";
import { responseOf } from "./json.ts";
import { layersOf } from "./layers.ts";
import { type ExplainFormat, explainFormats, ExplainRequest } from "./request.ts";
import { markdownOf } from "./markdown.ts";
import { ExplainResponse } from "./response.ts";
import type { Telling } from "./narration.ts";
import { submissionJudge } from "./submission.ts";
import { tell } from "./tell.ts";
import { chinese } from "./voices/zh.ts";
import { english } from "./voices/en.ts";
import type { Voice } from "./voices/voice.ts";

const mediaTypes = { markdown: "text/markdown", html: "text/html" } as const;
const texts = ["markdown", "html"] as const;
const formatOf = (mediaType: string | null): ExplainFormat => texts.find((format) => mediaTypes[format] === mediaType) ?? "json";

const voices: Readonly<Record<Language, Voice>> = { en: english, zh: chinese };

/** POST /v1/explain: the chain rule told, in the language and the form that the request names or else the parameters. */
export const explain = defineTask({
  name: "explain",
  parameters: z.strictObject({ language: z.enum(languages), format: z.enum(explainFormats) }),
  body: json(ExplainRequest, ["submission"]),
  operation: {
    operationId: "explain",
    tag: "compute",
    summary: "Tell the chain rule step by step",
    description:
      "Runs a program forward and backward, and tells each step in a sentence and a formula: what is computed, what comes back to each node, its local " +
      "derivatives, their products, the sums where paths meet; and for each input its derivative by the chain rule, first in the intermediate variables, " +
      "then in the inputs. In English or Chinese by `Accept-Language`; as JSON, Markdown or a page of HTML by `Accept` or `format`.",
    request: "A program, its inputs, and what to explain",
    answer: { description: "The explanation", schema: ExplainResponse },
    examples: async () => (await import("./examples.ts")).explainExamples,
    post: {
      path: "/v1/explain",
      parameters: (headers, mediaType) => ({
        language: languageOf(String(headers["accept-language"] ?? "")),
        format: formatOf(mediaType),
      }),
      vary: "Accept-Language",
      forms: Object.values(mediaTypes),
    },
    command: { summary: "tell the chain rule step by step", parameters: { language: "en", format: "json" } },
  },
  prepare: (shared) => {
    const { limits } = shared;
    const portray = portrayerOf(shared);
    const judge = submissionJudge(shared);
    return (request, { parameters, cancelled }) => {
      const language = request.language ?? parameters.language;
      const source = programOf(request);
      const { of, wrt, seed, digits, steps } = request;
      const given = givenIn(request, limits);
      const cotangent = request.cotangent === undefined ? undefined : decodeTensor(request.cotangent, "/cotangent", limits);
      const portrait = portray({ of, wrt, seed, cotangent, backward: true, locals: true }, source, given, cancelled);
      const { objective, program } = portrait;
      if (objective === null)
        throw problemAt("not_differentiable", "/of", "There is nothing to explain: the objective is no value of the program");
      const voice = voices[language];
      const layers = layersOf(source, portrait);
      const telling: Telling = {
        voice,
        digits,
        steps,
        isSeeded: cotangent !== undefined,
        cancelled,
        layerOf: (node) => {
          const layer = layers(node);
          return layer === null ? null : voice.layer(layer);
        },
      };
      const told = tell(portrait, objective, telling, judge(request, language, cancelled));
      const writing = { digits, otherwise: voice.otherwise, when: voice.when };
      const content = (): TaskContent => {
        const format = request.format ?? parameters.format;
        if (format === "json") return documentOf(responseOf(told, { language, ...crossingWarnings(program) }, writing));
        const blocks = blocksOf(told, voice);
        const text = format === "html" ? htmlOf(told.title, blocks, voice.tag, writing) : markdownOf(told.title, blocks, writing);
        return { kind: "text", text, mediaType: mediaTypes[format] };
      };
      return { content: content(), facts: null };
    };
  },
});
