import type { Bench } from "./bench.ts";
import { twoLayers } from "./http-scenarios.ts";
import { asyncContender, digits, interleaved, median, ratio, table } from "./measure.ts";
import { post, startService } from "./servers.ts";

type Nested = number | readonly Nested[];
type Gradients = Readonly<Record<string, Nested>>;

const count = 500;

const mapped = (numbers: Nested, change: (x: number) => number): Nested =>
  typeof numbers === "number" ? change(numbers) : numbers.map((inner) => mapped(inner, change));

/** Submission `at` of a class: right up to the last digits of float32, off by a factor or a sign in one tensor, or wrong in ways of its own. */
function submission(right: Gradients, at: number): Gradients {
  const names = Object.keys(right);
  const spoilt = names[at % names.length];
  const noise = (x: number): number => Math.fround(x * (1 + 1e-7 * Math.sin(at + 1e3 * x)));
  const mistakes = [
    (x: number) => x,
    (x: number) => x * (2 + (at % 7)),
    (x: number) => -x,
    (x: number) => x + 0.01 * Math.sin(at + 1e3 * x),
  ];
  const mistake = mistakes[at % mistakes.length];
  return Object.fromEntries(names.map((name) => [name, mapped(right[name], (x) => noise(name === spoilt ? mistake(x) : x))]));
}

async function answerOf(address: string, body: string, path: string): Promise<string> {
  const answer = await post(address, body, path);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.slice(0, 500));
  return text;
}

export const bench: Bench = {
  title: "Grading a class",
  text:
    `${count} different submissions of a two-layer network, graded in one request and as ${count} requests at once, against as many requests for the gradients of ` +
    "the same network. Aim: at most 3 × the gradients' time without diagnosis, and 30 × with.",
  packages: ["fastify"],
  run: async ({ pace: { rounds } }) => {
    await using service = await startService();
    const { address } = service;
    const network = twoLayers(0);
    const gradients = JSON.stringify({ ...network, wrt: Object.keys(network.parameters), return: ["gradients"] });
    const { gradients: right } = JSON.parse(await answerOf(address, gradients, "/v1/gradients")) as { gradients: Gradients };
    const submissions = Array.from({ length: count }, (_, at) => ({ id: `student-${at}`, gradients: submission(right, at) }));
    const together = (diagnose: boolean) => () => answerOf(address, JSON.stringify({ ...network, submissions, diagnose }), "/v1/grade");
    const atOnce = (bodies: readonly string[], path: string) => () => Promise.all(bodies.map((body) => answerOf(address, body, path)));
    const apart = (diagnose: boolean): string[] => submissions.map((one) => JSON.stringify({ ...network, submission: one, diagnose }));
    const timings = await interleaved(
      [
        asyncContender("gradients, as many requests at once", atOnce(new Array<string>(count).fill(gradients), "/v1/gradients")),
        asyncContender("one request, without diagnosis", together(false)),
        asyncContender("one request, with diagnosis", together(true)),
        asyncContender("requests at once, without diagnosis", atOnce(apart(false), "/v1/grade")),
        asyncContender("requests at once, with diagnosis", atOnce(apart(true), "/v1/grade")),
      ],
      { rounds, roundMs: 1 },
    );
    const [yardstick] = timings;
    const rows = timings.map((timing) => {
      const seconds = median(timing.rounds) / 1000;
      return [timing.name, digits(seconds), digits(count / seconds), digits(ratio(timing, yardstick) ** -1)];
    });
    return table(["", "seconds", "submissions/s", "× the gradients' time"], rows);
  },
};
