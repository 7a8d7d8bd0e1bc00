import { z } from "zod";
import { GradientsRequest } from "../../compute/requests.ts";
import { exactlyOne, oneOfRequired, programMembers } from "../../program/source.ts";
import { boundOfNames, bounds } from "../../request/bounds.ts";
import { Name } from "../../request/values.ts";
import { themes } from "./styles.ts";

export const formats = ["svg", "dot", "mermaid"] as const;
export type PictureFormat = (typeof formats)[number];

const { encoding: _encoding, return: _return, points: _points, ...members } = GradientsRequest.shape;
const programNames = Object.keys(programMembers);
const parts = ["values", "gradients", "locals", "formulas"] as const;

export const PictureRequest = z
  .strictObject({
    ...members,
    format: z
      .enum(formats)
      .optional()
      .meta({
        description: "What is drawn: SVG; DOT, the language of Graphviz; or Mermaid. Left out, it is what `Accept` names, and else SVG",
        examples: ["svg"],
      }),
    direction: z
      .enum(["LR", "TB"])
      .default("LR")
      .meta({ description: "Forward is to the right, or down", examples: ["LR"] }),
    show: z
      .array(z.enum(parts))
      .refine((shown) => new Set(shown).size === shown.length, "The same part is named twice")
      .optional()
      .meta({
        description:
          "What stands at the edges: the value that goes forward, the gradient that flows back, the derivative of the node's result by this input alone, and the gradient as a formula. Left out, it is values and gradients; or values alone where the request says nothing of gradients and the program has no single number to take them of, as a network without a loss",
        examples: [["values", "gradients", "formulas"]],
      }),
    digits: z
      .int()
      .min(1)
      .max(17)
      .default(4)
      .meta({ description: "Significant places of the numbers. All digits stand in the picture's titles", examples: [4] }),
    theme: z
      .enum(themes)
      .default("auto")
      .meta({ description: "Colours for a light or a dark ground; `auto` follows whoever looks", examples: ["light"] }),
    collapse: z
      .union([z.enum(["auto", "none", "all"]), z.array(Name).register(bounds, boundOfNames)])
      .default("auto")
      .meta({
        description:
          "Which groups are drawn as one box: `auto`, the layers of a network, and calls of a formula's own functions where the picture would be too large; `none`, `all`; or the names of some: `0` or `encoder` for a layer, `f_1` for the first call of f, and a type of layers or a function, such as `Linear` or `f`, for all of its kind. What would be too large even so is drawn as segments, runs of nodes",
        examples: ["none", ["Linear", "f_2"]],
      }),
    open: z
      .array(Name)
      .default([])
      .register(bounds, boundOfNames)
      .meta({
        description: "Groups, by the same names, and segments, such as `1-5000`, that are opened whatever `collapse` says",
        examples: [["0"]],
      }),
    thickness: z
      .boolean()
      .default(false)
      .meta({ description: "Whether lines are the thicker the larger their gradients are", examples: [true] }),
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "PictureRequest",
    description: "A program and its inputs, to be run forward and backward and drawn",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } }],
  });
export type PictureRequest = z.output<typeof PictureRequest>;
