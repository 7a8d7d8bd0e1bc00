import { expect, test } from "vitest";
import { Runner } from "../../src/jobs/runner.ts";
import { everyStorage } from "./backends.ts";
import { allEvents, checkpointAt, claimed, eventTypes, newJob, reached } from "./given.ts";

/** A runner whose threads end whenever they are to train. */
const dyingRunner = (storage: Parameters<typeof reached>[0]): Runner =>
  new Runner({ storage, script: new URL("fixtures/dying-trainer.ts", import.meta.url), settingsOf: () => null });

everyStorage(
  "jobs whose work is lost",
  (given) => {
    const submission = async (): Promise<{ readonly submission: string }> => {
      const bytes = Buffer.from("submission");
      const job = newJob();
      await given.storage.blobs.put(job.submission, bytes);
      return { submission: job.submission };
    };

    test("fail after as many trials as there may be, and say why; others go first meanwhile", async () => {
      const { storage } = given;
      const runner = dyingRunner(storage);
      const begun: string[] = [];
      const first = await storage.jobs.create(newJob(await submission()));
      const second = await storage.jobs.create(newJob());
      const work = async (id: string, signal: AbortSignal): Promise<void> => {
        begun.push(id);
        if (id === first.id) return runner.run(id, signal);
        const { attempt } = await claimed(storage.jobs, id);
        await storage.jobs.finish(id, attempt, { status: "succeeded", message: "It is done." });
      };
      const dispatching = await storage.dispatch(work, 1);
      const failed = await reached(storage, first.id, "failed");
      await dispatching.stop();
      await runner.close();
      expect(begun).toEqual([first.id, second.id, first.id]);
      expect(failed.error).toMatchObject({ code: "worker_lost", message: expect.stringMatching(/2 times.*exit code 3/) });
      expect(await eventTypes(storage.jobs, first.id)).toEqual(["created", "started", "requeued", "resumed", "failed"]);
      // It rests between two trials.
      const [, , lost, again] = await allEvents(storage.jobs, first.id);
      expect(lost.message).toContain("exit code 3");
      expect(again.created_at - lost.created_at).toBeGreaterThanOrEqual(900);
    });

    test("start anew to be counted with each newer checkpoint", async () => {
      const { jobs } = given.storage;
      const { id } = await jobs.create(newJob());
      for (let attempt = 1; attempt <= 3; attempt++) {
        expect(await claimed(jobs, id)).toMatchObject({ attempt });
        await jobs.report(id, attempt, { checkpoint: checkpointAt(attempt) });
        await jobs.finish(id, attempt, { status: "queued", message: "", lost: "its thread ended" });
        expect(await jobs.get(id)).toMatchObject({ status: "queued" });
      }
      for (const attempt of [4, 5]) {
        await claimed(jobs, id);
        await jobs.finish(id, attempt, { status: "queued", message: "", lost: "its thread ended" });
      }
      expect(await jobs.get(id)).toMatchObject({ status: "failed", error: { code: "worker_lost" } });
    });

    test("are told from those that were given back in good order", async () => {
      const { jobs } = given.storage;
      const { id } = await jobs.create(newJob());
      for (let attempt = 1; attempt <= 5; attempt++) {
        await claimed(jobs, id);
        await jobs.finish(id, attempt, { status: "queued", message: "Handed over." });
      }
      expect(await jobs.get(id)).toMatchObject({ status: "queued", error: null });
    });
  },
  { caps: { attempts: 2 } },
);
