import { z } from "zod";
import { EvaluateRequest, GradientsRequest } from "../../compute/requests.ts";
import { atPoint } from "../../program/points.ts";
import { decodeGiven, givenIn, merged } from "../../program/feeds.ts";
import { programOf } from "../../program/source.ts";
import type { ProblemCode } from "../../problems/catalogue.ts";
import { Problem, problemAt } from "../../problems/problems.ts";
import { decodeTensor } from "../../request/tensor.ts";
import { defineTask, json } from "../../tasks/define.ts";
import { type Portrait, portrayerOf } from "../portrait.ts";
import type { Shown } from "./compose.ts";
import { drawn, formatOf, mediaTypes } from "./formats.ts";
import { loadGraphviz } from "./graphviz.ts";
import { formats, PictureRequest } from "./picture-request.ts";

const parameters = z.strictObject({ format: z.enum(formats) });

/** POST /v1/picture: a program drawn with its values and gradients. */
export const picture = defineTask({
  name: "picture",
  parameters,
  body: json(PictureRequest),
  load: loadGraphviz,
  operation: {
    operationId: "picture",
    tag: "compute",
    summary: "Draw a program with its values and gradients",
    description:
      "Runs the program forward and backward and draws it: nodes are operators, edges run left to right, the value stands above its " +
      "edge and the gradient that flows back beneath it; a value that is used several times shows the sum of what comes back. Networks " +
      "are drawn by layers, which `collapse` and `open` open. All digits stand in titles. The same request always gives the same bytes.",
    request: "A program, its inputs, what to differentiate, and how to draw it",
    answer: { description: "The picture", schema: z.string(), mediaType: mediaTypes.svg },
    examples: async () => (await import("./examples.ts")).pictureExamples,
    post: {
      path: "/v1/picture",
      forms: [mediaTypes.dot, mediaTypes.mermaid],
      parameters: (_headers, mediaType) => ({ format: formatOf(mediaType) }),
    },
    command: { summary: "draw a program with its values and gradients", parameters: { format: "svg" } },
  },
  prepare: (shared) => {
    const { limits } = shared;
    const portray = portrayerOf(shared);
    return (request, { parameters: { format }, cancelled }) => {
      const given = givenIn(request, limits);
      const { of, wrt, seed, thickness } = request;
      const show: readonly Shown[] = request.show ?? usual.show;
      const cotangent = request.cotangent === undefined ? undefined : decodeTensor(request.cotangent, "/cotangent", limits);
      const portrayed = (backward: boolean) =>
        portray({ of, wrt, seed, cotangent, backward, locals: show.includes("locals") }, programOf(request), given, cancelled);
      const saysNothing = [request.show, of, wrt, cotangent].every((said) => said === undefined) && !thickness;
      const portrait = saysNothing ? gradientsIfAny(portrayed) : portrayed(thickness || show.some((part) => part !== "values"));
      return { content: drawn(portrait, { ...request, show }, request.format ?? format), facts: null };
    };
  },
});

/** With gradients, where there is something that they are taken of without being told. */
function gradientsIfAny(portrayed: (backward: boolean) => Portrait): Portrait {
  try {
    return portrayed(true);
  } catch (error) {
    if (error instanceof Problem && nothingToDifferentiate.has(error.code)) return portrayed(false);
    throw error;
  }
}

const nothingToDifferentiate: ReadonlySet<ProblemCode> = new Set(["objective_not_scalar", "objective_ambiguous", "not_differentiable"]);

/** How the requests of other paths are drawn, which say nothing of pictures. */
const usual = {
  direction: "LR",
  show: ["values", "gradients"],
  digits: 4,
  theme: "auto",
  thickness: false,
  collapse: "auto",
  open: [],
} as const;

const elsewhere = (path: string) => ({
  path,
  forms: Object.values(mediaTypes),
  parameters: (mediaType: string) => ({ format: formatOf(mediaType) }),
});

/** POST /v1/gradients, where a picture is asked for. */
export const gradientsPicture = defineTask({
  name: "gradientsPicture",
  parameters,
  body: json(GradientsRequest),
  load: loadGraphviz,
  elsewhere: elsewhere("/v1/gradients"),
  prepare: (shared) => {
    const { limits } = shared;
    const portray = portrayerOf(shared);
    return (request, { parameters: { format }, cancelled }) => {
      const { of, wrt, seed, points } = request;
      if (points !== undefined && points.length > 1) {
        throw problemAt("invalid_request", "/points", `A picture is of one point, and here are ${points.length}: ask for one at a time`);
      }
      const own = (points ?? []).map((point, at) => decodeGiven(point, ["points", at], limits));
      const given = merged([givenIn(request, limits), ...own]);
      const cotangent = request.cotangent === undefined ? undefined : decodeTensor(request.cotangent, "/cotangent", limits);
      const portrayed = () => portray({ of, wrt, seed, cotangent, backward: true, locals: false }, programOf(request), given, cancelled);
      return { content: drawn(own.length === 0 ? portrayed() : atPoint(0, portrayed), usual, format), facts: null };
    };
  },
});

/** POST /v1/evaluate, where a picture is asked for: the values alone. */
export const evaluatePicture = defineTask({
  name: "evaluatePicture",
  parameters,
  body: json(EvaluateRequest),
  load: loadGraphviz,
  elsewhere: elsewhere("/v1/evaluate"),
  prepare: (shared) => {
    const { limits } = shared;
    const portray = portrayerOf(shared);
    return (request, { parameters: { format }, cancelled }) => {
      const given = givenIn(request, limits);
      const portrait = portray({ seed: request.seed, backward: false, locals: false }, programOf(request), given, cancelled);
      return { content: drawn(portrait, usual, format), facts: null };
    };
  },
});
