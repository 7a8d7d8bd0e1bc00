import { z } from "zod";
import { toleranceMembers } from "../tolerance.ts";
import { exactlyOne, oneOfRequired, programMembers } from "../../program/source.ts";
import { runMembers } from "../../compute/requests.ts";
import { boundOfNames, bounds } from "../../request/bounds.ts";
import { DTypeName, Name, TensorInput, TensorInputs } from "../../request/values.ts";

const programNames = Object.keys(programMembers);
const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

export const checkMethods = ["central_difference", "complex_step", "dot_product", "taylor_remainder"] as const;
export type CheckMethod = (typeof checkMethods)[number];

const Drawn = z
  .strictObject({
    shape: z
      .array(z.int().min(0))
      .default([])
      .meta({ description: "Sizes of the axes; [] is a scalar", examples: [[4, 3]] }),
    between: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low <= high, "The first bound is above the second")
      .optional()
      .meta({
        description: "Bounds of the numbers; -1 and 1 unless told, 0 and 1 for integers, which take both bounds",
        examples: [[0.5, 2]],
      }),
    dtype: DTypeName.optional().meta({ description: "The element type; that which the input's use demands unless told" }),
  })
  .meta({ id: "DrawnInput", description: "A tensor to draw at random" });
export type Drawn = z.output<typeof Drawn>;

export const CheckRequest = z
  .strictObject({
    ...runMembers,
    seed: z
      .int()
      .min(0)
      .default(0)
      .meta({
        description: "Seed of everything that is random: drawn inputs, initial parameters, dropout, cotangent, directions, sampled entries",
        examples: [42],
      }),
    generate: z
      .record(Name, Drawn)
      .default({})
      .register(bounds, boundOfNames)
      .meta({
        description:
          "Inputs to draw at random in place of tensors. Inputs that a graph declares with all sizes are drawn without being named",
        examples: [{ x: { shape: [4, 3] } }],
      }),
    of: Name.optional().meta({
      description: "The value whose gradients are checked. Left out, it is the only output, or a network's loss",
      examples: ["z"],
    }),
    wrt: z
      .array(Name)
      .min(1)
      .refine(distinct, "The same name is given twice")
      .optional()
      .register(bounds, boundOfNames)
      .meta({
        description:
          "The values with respect to which gradients are checked. Left out, they are those of `gradients`, or all floating inputs and parameters",
        examples: [["x", "y"]],
      }),
    cotangent: TensorInput.optional().meta({
      description: "What flows backward into `of`, in its shape. Left out, it is drawn at random when `of` is not a scalar",
      examples: [[1, -0.5, 2]],
    }),
    gradients: TensorInputs.refine((claimed) => Object.keys(claimed).length > 0, "There is no gradient to check here")
      .optional()
      .register(bounds, boundOfNames)
      .meta({
        description: "Gradients to check in place of Adjoint's own, by the names of the values that they are with respect to",
        examples: [{ x: 6, y: 6 }],
      }),
    methods: z
      .array(z.enum(checkMethods))
      .min(1)
      .refine(distinct, "The same method is named twice")
      .default(["central_difference"])
      .register(bounds, boundOfNames)
      .meta({
        description:
          "central_difference: (f(x + h) - f(x - h)) / 2h. complex_step: Im f(x + ih) / h, free of cancellation, for operators that have a " +
          "complex form. dot_product: ⟨u, Jv⟩ by forward mode against ⟨Jᵀu, v⟩. taylor_remainder: how fast f(x + hv) - f(x) - h⟨g, v⟩ " +
          "vanishes with h, of order 2 when the gradient g is right and of order 1 when it is wrong",
        examples: [["central_difference", "taylor_remainder"]],
      }),
    ...toleranceMembers,
    step: z
      .number()
      .gt(0, "A step is a number above 0")
      .max(1, "A step is at most 1")
      .optional()
      .meta({
        description:
          "The step h of central differences, which is held to whatever the size of the numbers; the preset's unless told, and with torch one that follows their size",
        examples: [1e-6],
      }),
    along: z
      .enum(["entries", "directions"])
      .optional()
      .meta({
        description:
          "Whether differences are taken for one entry at a time or along random directions through all of `wrt` together; the latter for the preset jax, else the former",
        examples: ["directions"],
      }),
    samples: z
      .int()
      .min(1, "At least one entry has to be checked")
      .max(1_000_000)
      .default(100)
      .meta({
        description: "How many entries of each tensor are checked, drawn at random where it has more",
        examples: [10],
      }),
    directions: z
      .int()
      .min(1, "At least one direction has to be taken")
      .max(1000)
      .default(3)
      .meta({ description: "How many random directions are taken, by the methods that take any", examples: [5] }),
  })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "CheckRequest",
    description: "A program whose gradients, or gradients that are claimed of it, are to be checked by numbers",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } }],
  });
export type CheckRequest = z.output<typeof CheckRequest>;
