import { Counter, Gauge, Histogram, type Registry } from "@prometheus-io/client";
import { type JobStore, jobStatuses, type Storage, storageStates } from "../../../jobs/contract.ts";

const seconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 10_800, 43_200, 86_400];

/** Over how many seconds a rate is taken. */
const rateSeconds = 10;

/** What is measured of the jobs that this process trains, told by whoever trains them. */
export class JobMeter {
  readonly #waiting = new Histogram({
    name: "adjoint_job_waiting_seconds",
    help: "Time from a job's request to the beginning of its training, in seconds",
    buckets: seconds,
    registers: [],
  });
  readonly #duration = new Histogram({
    name: "adjoint_job_duration_seconds",
    help: "Time from the beginning of a job's training to its end, in seconds, by how it ended",
    labelNames: ["outcome"],
    buckets: seconds,
    registers: [],
  });
  readonly #steps = new Counter({ name: "adjoint_training_steps_total", help: "Updates made by this process", registers: [] });
  readonly #samples = new Counter({
    name: "adjoint_training_samples_total",
    help: "Rows of data trained on by this process",
    registers: [],
  });
  readonly #stepRate = new Gauge({
    name: "adjoint_training_steps_per_second",
    help: `Updates per second of this process over the last ${rateSeconds} seconds`,
    registers: [],
    collect: () => this.#measureRate(),
  });
  readonly #checkpoints = new Histogram({
    name: "adjoint_checkpoint_bytes",
    help: "Sizes of the checkpoints that this process has kept, in bytes; their sum is what it has written",
    buckets: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
    registers: [],
  });
  readonly #pendingRows = new Gauge({
    name: "adjoint_training_pending_rows",
    help: "Rows of histories that this process has yet to write; a trainer stands still when too many of its are among them",
    registers: [],
  });
  readonly #webhooks = new Counter({
    name: "adjoint_webhook_deliveries_total",
    help: "Deliveries of webhooks that this process has tried, by what came of it",
    labelNames: ["outcome"],
    registers: [],
  });
  /** What was told of late. */
  #lately: readonly { readonly at: number; readonly steps: number }[] = [];

  /** A job's training has begun. */
  readonly waited = (seconds: number): void => this.#waiting.observe(seconds);

  readonly pending = (rows: number): void => this.#pendingRows.inc(rows);

  readonly trained = (steps: number, samples: number): void => {
    this.#lately = [...this.#latest(), { at: performance.now(), steps }];
    this.#steps.inc(steps);
    this.#samples.inc(samples);
  };

  /** A checkpoint was kept. */
  readonly kept = (bytes: number): void => this.#checkpoints.observe(bytes);

  /** A job's work has ended, for now or for good. */
  readonly ended = (outcome: string, seconds: number): void => {
    if (outcome !== "queued" && outcome !== "paused") this.#duration.observe({ outcome }, seconds);
  };

  readonly webhookTried = (outcome: string): void => this.#webhooks.inc({ outcome });

  register(registry: Registry): void {
    const ofTrainings = [this.#waiting, this.#duration, this.#steps, this.#samples, this.#stepRate, this.#pendingRows, this.#checkpoints];
    for (const metric of [...ofTrainings, this.#webhooks]) registry.registerMetric(metric);
  }

  #measureRate(): void {
    this.#stepRate.set(this.#latest().reduce((sum, { steps }) => sum + steps, 0) / rateSeconds);
  }

  #latest(): readonly { readonly at: number; readonly steps: number }[] {
    const since = performance.now() - 1000 * rateSeconds;
    return this.#lately.filter(({ at }) => at >= since);
  }
}

/** The queue as the storage knows it, the same in every process. While the storage does not answer, there is nothing to say of it. */
export function observeQueue(registry: Registry, jobs: Pick<JobStore, "stats">): void {
  const oldest = new Gauge({
    name: "adjoint_job_oldest_wait_seconds",
    help: "How long the oldest queued job has waited, in seconds",
    registers: [],
  });
  const byStatus = new Gauge({
    name: "adjoint_jobs",
    help: "Jobs by status",
    labelNames: ["status"],
    registers: [],
    async collect() {
      this.reset();
      oldest.reset();
      const stats = await jobs.stats().catch(() => null);
      if (stats === null) return;
      for (const status of jobStatuses) this.set({ status }, stats.byStatus[status]);
      oldest.set(stats.oldestWaitSeconds);
    },
  });
  registry.registerMetric(byStatus);
  registry.registerMetric(oldest);
}

/** What keeps jobs and data, as /readyz says it. */
export function observeStorage(registry: Registry, storage: Pick<Storage, "ready">): void {
  const gauge = new Gauge({
    name: "adjoint_storage",
    help: "1 for what the storage is: available, full, or unavailable",
    labelNames: ["state"],
    registers: [],
    async collect() {
      const now = await storage.ready();
      for (const state of storageStates) this.set({ state }, state === now ? 1 : 0);
    },
  });
  registry.registerMetric(gauge);
}

/** What waits in this process, each in a line that has an end. */
export function observeWaiting(registry: Registry, storage: Pick<Storage, "underWay">, listeners: { readonly count: number }): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(metric);
  };
  gauge("adjoint_job_listeners", "Streams of events that are open, and requests that wait for the end of a job", () => listeners.count);
  gauge("adjoint_storage_requests", "What the storage is asked and has not answered yet", () => storage.underWay());
}
