import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { LeadingCrew } from "../../src/workers/crew.ts";
import { CrewHost } from "../../src/workers/crew-host.ts";
import { type CrewLink, READY, sheetOn } from "../../src/workers/crew-link.ts";
import { ThreadBudget, threadsInUse } from "../../src/workers/thread-budget.ts";
import { workspace } from "../../src/kernels/workspace.ts";
import { digestOfTraining } from "../support/digest.ts";
import { cnn, mlp, trainingStep } from "../support/training-steps.ts";

/** Lets this thread lead a crew, once its members are up. */
async function lead(threads: number): Promise<LeadingCrew> {
  const space = workspace();
  let host: CrewHost | undefined;
  const crew = new LeadingCrew(threads, new ThreadBudget(threadsInUse(threads), 0), {
    recruit: (link) => (host = new CrewHost(link)),
    dismiss: () => undefined,
  });
  space.crew = crew;
  crew.recruit();
  onTestFinished(async () => {
    space.crew = null;
    await host?.end();
  });
  await expect.poll(() => crew.ready, { timeout: 20_000 }).toBe(threads - 1);
  return crew;
}

describe("a crew", { timeout: 60_000 }, () => {
  test.each([2, 3])("of %i threads gives the bits of one thread", async (threads) => {
    const steps = [
      trainingStep(mlp(300, 130, 33), "float32"),
      trainingStep(mlp(300, 130, 33), "float64"),
      trainingStep(cnn(12, [5, 7], 9), "float32"),
    ];
    const alone = steps.map((step) => digestOfTraining(step));
    const crew = await lead(threads);
    expect(steps.map((step) => digestOfTraining(step))).toEqual(alone);
    expect(crew.shared).toBeGreaterThan(10);
  });

  test("takes no more threads than are free", async () => {
    const inUse = threadsInUse(2);
    const [own, other] = [new ThreadBudget(inUse, 0), new ThreadBudget(inUse, 1)];
    own.enter();
    expect(own.take(5)).toBe(1);
    own.giveBack(1);
    other.enter();
    expect(own.take(5)).toBe(0);
    other.giveBack(1);
    expect(own.take(1)).toBe(1);
  });

  test("that loses a thread lets go of the others, and its leader works on", async () => {
    const leader = new Worker(new URL("fixtures/leader.ts", import.meta.url));
    onTestFinished(async () => void (await leader.terminate()));
    const messages: string[] = [];
    let host: CrewHost | undefined;
    leader.on("message", (message: { crew: CrewLink } | { digest: string } | { code: string } | { dismissed: true }) => {
      if ("crew" in message) {
        messages.push("crew");
        host = new CrewHost(message.crew);
        const members = message.crew.mail.length;
        const words = sheetOn(message.crew.sheet);
        const isUp = (): boolean => Atomics.load(words, READY) === members;
        if (messages.length === 1)
          void expect
            .poll(isUp, { timeout: 20_000 })
            .toBe(true)
            .then(() => setTimeout(() => void host?.end(), 50));
      } else if ("dismissed" in message) messages.push("dismissed");
      else messages.push("code" in message ? message.code : message.digest);
    });
    await expect.poll(() => messages.filter((message) => message !== "crew").length, { timeout: 20_000 }).toBe(3);
    await host?.end();
    expect(messages.filter((message) => message !== "crew")).toEqual([
      "dismissed",
      "worker_lost",
      digestOfTraining(trainingStep(mlp(300, 130, 33), "float32")),
    ]);
  });
});
