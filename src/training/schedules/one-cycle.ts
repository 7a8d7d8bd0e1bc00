import { z } from "zod";
import { share } from "./arguments.ts";
import { byCurve, schemasOf } from "./define.ts";
import { halfCosine, line } from "./interpolation.ts";

/** A cycle's phases end, in torch's count, one advance early: at 0.3 of 100 with the 29th. */
export const OneCycleLR = byCurve(
  schemasOf(
    "OneCycleLR",
    "The rate rises to its greatest value and falls far below where it began. The optimizer's own rate does not count. After the last step the rate stays.",
    {
      max_lr: z
        .number()
        .min(0)
        .meta({ description: "The greatest rate", examples: [0.1] }),
      total_steps: z
        .int()
        .min(2)
        .meta({ description: "Advances of the whole cycle", examples: [1000] }),
      pct_start: share(0.3, "The share of the cycle in which the rate rises", 0.25),
      anneal_strategy: z
        .enum(["cos", "linear"])
        .default("cos")
        .meta({ description: "Along what the rate changes", examples: ["linear"] }),
      cycle_momentum: z
        .literal(false, { error: "Only false is supported: the momentum stays as it is" })
        .meta({ description: "Whether the momentum changes too. torch's default is true, which is not supported", examples: [false] }),
      div_factor: z
        .number()
        .gt(0, { error: "Expected a number above 0" })
        .default(25)
        .meta({ description: "The rate begins with the greatest divided by this", examples: [10] }),
      final_div_factor: z
        .number()
        .gt(0, { error: "Expected a number above 0" })
        .default(1e4)
        .meta({ description: "The rate ends with that of the beginning divided by this", examples: [100] }),
      three_phase: z
        .boolean()
        .default(false)
        .meta({ description: "Whether the rate returns to where it began before it falls further", examples: [true] }),
    },
    { max_lr: 0.1, total_steps: 1000, cycle_momentum: false },
  ),
  (source) => {
    const { max_lr, total_steps, pct_start, anneal_strategy, three_phase } = source;
    const first = max_lr / source.div_factor;
    const last = first / source.final_div_factor;
    const end = total_steps - 1;
    const top = pct_start * total_steps - 1;
    const phases = three_phase
      ? [
          { end: top, from: first, to: max_lr },
          { end: 2 * top, from: max_lr, to: first },
          { end, from: first, to: last },
        ]
      : [
          { end: top, from: first, to: max_lr },
          { end, from: max_lr, to: last },
        ];
    const between = anneal_strategy === "cos" ? halfCosine : line;
    return (advances) => {
      const n = Math.min(advances, end);
      const at = phases.findIndex((phase, position) => n <= phase.end || position === phases.length - 1);
      const start = at === 0 ? 0 : phases[at - 1].end;
      const { end: finish, from, to } = phases[at];
      return finish === start ? to : between(from, to, (n - start) / (finish - start));
    };
  },
);
