import { isOver, reaches, submit } from "../../../test/acceptance/jobs/client.ts";
import { digits, median } from "../measure.ts";
import { tiny } from "./lessons.ts";
import type { Place } from "./places.ts";

const jobs = 1_000;
const clients = 8;

/** How many small jobs a second are accepted, and how many are brought to their end, from the first request on. */
export async function jobsPerSecond({ name, address }: Place, rounds: number): Promise<string[]> {
  const accepted: number[] = [];
  const ended: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const ids: string[] = [];
    const client = async (first: number): Promise<void> => {
      for (let at = first; at < jobs; at += clients) ids[at] = await submit(address, tiny(at));
    };
    await Promise.all(Array.from({ length: clients }, (_, first) => client(first)));
    accepted.push((1000 * jobs) / (performance.now() - start));
    // The last ones end last: asking for the others takes no time that counts.
    for (const id of ids.toReversed()) await reaches(address, id, isOver, 300_000);
    ended.push((1000 * jobs) / (performance.now() - start));
  }
  return [name, digits(median(accepted)), digits(median(ended))];
}
