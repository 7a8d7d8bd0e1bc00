import { z } from "zod";
import { decodeGiven, merged } from "../../program/feeds.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor } from "../../request/tensor.ts";
import { defineTask, json } from "../../tasks/define.ts";
import { portrayerOf } from "../portrait.ts";
import { compose } from "./compose.ts";
import { loadGraphviz } from "./graphviz.ts";
import { formats, PictureRequest } from "./picture-request.ts";
import { drawSvg } from "./svg.ts";

/** POST /v1/picture: a program drawn with its values and gradients. */
export const picture = defineTask({
  name: "picture",
  parameters: z.strictObject({ format: z.enum(formats) }),
  body: json(PictureRequest),
  load: loadGraphviz,
  operation: {
    operationId: "picture",
    tag: "compute",
    summary: "Draw a program with its values and gradients",
    description:
      "Runs the program forward and backward and draws it: nodes are operators, edges run left to right, the value stands above its " +
      "edge and the gradient that flows back beneath it. The same request always gives the same bytes.",
    request: "A program, its inputs, what to differentiate, and how to draw it",
    answer: { description: "The picture", schema: z.string(), mediaType: "image/svg+xml" },
    examples: async () => (await import("./examples.ts")).pictureExamples,
    post: { path: "/v1/picture", parameters: () => ({ format: "svg" as const }) },
    command: { summary: "draw a program with its values and gradients", parameters: { format: "svg" } },
  },
  prepare: (shared) => {
    const { limits } = shared;
    const portray = portrayerOf(shared);
    return (request, { cancelled }) => {
      const given = merged([
        decodeGiven(request.inputs, ["inputs"], limits),
        decodeGiven(request.parameters ?? {}, ["parameters"], limits),
      ]);
      const { of, wrt, seed } = request;
      const cotangent = request.cotangent === undefined ? undefined : decodeTensor(request.cotangent, "/cotangent", limits);
      const portrait = portray({ of, wrt, seed, cotangent, backward: true }, programOf(request), given, cancelled);
      const scene = compose(portrait, request);
      return { content: { kind: "text", text: drawSvg(scene, request.theme), mediaType: "image/svg+xml" }, facts: null };
    };
  },
});
