import { Compiler } from "../../../src/engine/compile.ts";
import { Registry } from "../../../src/engine/registry.ts";
import { Session } from "../../../src/engine/session.ts";
import { zeros } from "../../../src/tensor/tensor.ts";
import { framed, splitFrame } from "../../../src/training/frame.ts";
import { ruleOf } from "../../../src/training/optimizers/catalogue.ts";
import { Setup } from "../../../src/training/setup.ts";
import { stepPlan } from "../../../src/training/step-plan.ts";
import { decodeSubmission } from "../../../src/training/submission.ts";
import { submitTask } from "../../../src/training/tasks/submit.ts";
import { defaultLimits as limits } from "../../../src/wire/limits.ts";
import { isOver, readJob, submit } from "../../../test/acceptance/jobs/client.ts";
import { asyncContender, contender, digits, interleaved, median, type Pace, ratio, table } from "../measure.ts";
import { classifier } from "./lessons.ts";
import type { Place } from "./places.ts";

const compiler = new Compiler(new Registry("graphs"), limits);

/** What a request trains, as a job's thread sets it up. */
function setupOf(request: object): Setup {
  const submitted = submitTask({ limits, compiler, cacheBytes: 0 })(framed({ datasets: {} }, Buffer.from(JSON.stringify(request))), {
    cancelled: () => false,
  });
  const { rest } = splitFrame(submitted.body);
  return new Setup(decodeSubmission(rest as Uint8Array<ArrayBuffer>), { limits, compiler, datasets: () => null });
}

/** The plan of a job's step, run again and again on the same batch by nothing but a loop. */
function bareLoop(request: object): { readonly step: () => unknown } & Disposable {
  const setup = setupOf(request);
  const { optimizer } = setup.spec;
  if (optimizer.type === "LBFGS") throw new Error("Its steps are not one plan");
  const { plan, kept } = stepPlan(setup, setup.batch, { rule: ruleOf(optimizer), isWatched: false });
  const session = new Session(plan);
  const feeds = plan.fed.map((slot) => {
    const place = plan.slots[slot];
    return place === undefined || place === null ? null : zeros(place.dtype, place.shape);
  });
  for (const { feed } of kept) feeds[feed]?.data.fill(0.01);
  session.run(feeds);
  for (const { feed } of kept) feeds[feed] = null;
  return { step: () => session.run(feeds), [Symbol.dispose]: () => session[Symbol.dispose]() };
}

/** Steps per second of a job, posted and awaited, against the bare loop: with all that it takes, and by the difference of a long and a short one. */
export async function stepsOfJobs({ address }: Place, pace: Pace): Promise<string> {
  const rows: string[][] = [];
  for (const [hidden, steps] of [
    [256, 4_000],
    [32, 20_000],
  ]) {
    const train = async (times: number): Promise<void> => {
      const id = await submit(address, classifier(hidden, steps * times));
      while (!isOver(await readJob(address, id))) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await train(1);
    using loop = bareLoop(classifier(hidden, steps));
    const bare = contender("the bare loop", () => {
      for (let at = 0; at < steps; at++) loop.step();
    });
    const [looped, short, long] = await interleaved(
      [bare, asyncContender("a job", () => train(1)), asyncContender("a job of twice the steps", () => train(2))],
      { ...pace, roundMs: 1 },
    );
    const marginal = { name: "a job's steps", rounds: long.rounds.map((time, round) => time - short.rounds[round]) };
    const rate = (milliseconds: number): string => digits((1000 * steps) / milliseconds);
    rows.push([
      `784-${hidden}-10, ${digits((1000 * median(looped.rounds)) / steps)} µs`,
      ...[looped, short, marginal].map(({ rounds }) => rate(median(rounds))),
      digits(ratio(short, looped)),
      digits(ratio(marginal, looped)),
    ]);
  }
  return table(["step", "bare loop, steps/s", "job of 4 s, all in all", "job, further steps", "job ÷ bare", "further steps ÷ bare"], rows);
}
