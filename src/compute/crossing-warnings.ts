import { z } from "zod";
import { crossingsIn } from "../program/crossings.ts";
import type { Program } from "../program/program.ts";

const most = 3;

/** What in a program is most often a mistake. */
export const ProgramWarnings = z
  .array(
    z
      .object({
        code: z.literal("broadcast_crosses_rows").meta({
          description: "An operation combines each of n numbers with each of n, by broadcasting [n] with [n, 1]",
          examples: ["broadcast_crosses_rows"],
        }),
        node: z.string().meta({ description: "The node", examples: ["sub_1"] }),
        message: z
          .string()
          .meta({ description: "What it means and what to do", examples: ["sub_1 combines each of 4 numbers with each of 4"] }),
      })
      .meta({ id: "ProgramWarning", description: "Something that is computed as it was asked for, and is most often a mistake" }),
  )
  .optional()
  .meta({ description: "What in the program is most often a mistake; left out when there is nothing" });

/** Found once for a program, however often it runs. */
const known = new WeakMap<Program, { readonly warnings?: z.output<typeof ProgramWarnings> }>();

export function crossingWarnings(program: Program): { readonly warnings?: z.output<typeof ProgramWarnings> } {
  let found = known.get(program);
  if (found === undefined) {
    const warnings = crossingsIn(program)
      .slice(0, most)
      .map(({ node, detail }) => ({ code: "broadcast_crosses_rows" as const, node: node.name, message: detail }));
    known.set(program, (found = warnings.length === 0 ? {} : { warnings }));
  }
  return found;
}
