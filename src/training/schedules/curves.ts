import type { CurveSource, ScheduleSource } from "./source.ts";

/** The learning rate after so many advances. */
export type Curve = (advances: number) => number;

type Sequence = Extract<ScheduleSource, { type: "SequentialLR" }>;
type OneCycle = Extract<CurveSource, { type: "OneCycleLR" }>;

/** The schedule in closed form, from the rate `lr` of the optimizer. */
export function curveOf(source: CurveSource | Sequence, lr: number): Curve {
  switch (source.type) {
    case "ConstantLR":
      return (n) => (n < source.total_iters ? lr * source.factor : lr);
    case "LinearLR":
      return (n) => lr * line(source.start_factor, source.end_factor, Math.min(n / source.total_iters, 1));
    case "StepLR":
      return (n) => lr * source.gamma ** Math.floor(n / source.step_size);
    case "MultiStepLR":
      return (n) => lr * source.gamma ** reached(source.milestones, n);
    case "ExponentialLR":
      return (n) => lr * source.gamma ** n;
    case "PolynomialLR":
      return (n) => lr * (1 - Math.min(n / source.total_iters, 1)) ** source.power;
    case "CosineAnnealingLR":
      return (n) => halfCosine(lr, source.eta_min, n / source.T_max);
    case "CosineAnnealingWarmRestarts":
      return (n) => halfCosine(lr, source.eta_min, sinceRestart(n, source.T_0, source.T_mult));
    case "OneCycleLR":
      return oneCycle(source);
    case "SequentialLR":
      return sequence(source, lr);
  }
}

const line = (from: number, to: number, share: number): number => from + (to - from) * share;

/** From `from` to `to` along half a period of the cosine, and back again for shares above 1. */
const halfCosine = (from: number, to: number, share: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/** How many of the milestones lie at `n` or before it. */
function reached(milestones: readonly number[], n: number): number {
  let count = 0;
  for (const milestone of milestones) if (milestone <= n) count++;
  return count;
}

/** The share that is gone of the period at hand, when each is `growth` times as long as the one before. */
function sinceRestart(n: number, first: number, growth: number): number {
  if (growth === 1) return (n % first) / first;
  let length = first;
  let gone = n;
  while (gone >= length) {
    gone -= length;
    length *= growth;
  }
  return gone / length;
}

function sequence({ schedulers, milestones }: Sequence, lr: number): Curve {
  const parts = schedulers.map((source) => curveOf(source, lr));
  return (n) => {
    const part = reached(milestones, n);
    return parts[part](part === 0 ? n : n - milestones[part - 1]);
  };
}

/** A cycle's phases end, in torch's count, one advance early: at 0.3 of 100 with the 29th. */
function oneCycle(source: OneCycle): Curve {
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
}
