import { Counter, Gauge, type Registry } from "@prometheus-io/client";
import type { MemoryBudget } from "../../../memory/budget.ts";

/** The memory that requests and jobs share, as it is when it is asked for. */
export function observeMemory(registry: Registry, { ledger, usage }: Pick<MemoryBudget, "ledger" | "usage">): void {
  const total = new Gauge({
    name: "adjoint_memory_budget_bytes",
    help: "Memory that requests and jobs share",
    registers: [],
    collect() {
      this.set(ledger.total);
    },
  });
  const used = new Gauge({
    name: "adjoint_memory_used_bytes",
    help: "Memory that is taken, by who holds it",
    labelNames: ["holder"],
    registers: [],
    collect() {
      for (const [holder, bytes] of Object.entries(usage())) this.set({ holder }, bytes);
    },
  });
  const refused = new Counter({
    name: "adjoint_memory_refused_total",
    help: "How often memory could not be had",
    registers: [],
    collect() {
      this.reset();
      this.inc(ledger.refused);
    },
  });
  for (const metric of [total, used, refused]) registry.registerMetric(metric);
}
