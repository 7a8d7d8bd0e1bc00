import { describe, expect, test, vi } from "vitest";
import { commandsOf, type Happening } from "../../../src/doors/page/client/jobs/answers.ts";
import { chartsOf, withHappening, withRows } from "../../../src/doors/page/client/jobs/merge.ts";
import { aimsOf, missingWords, samplesOf, tableOf, uploadPath, usualChoice } from "../../../src/doors/page/client/network/csv.ts";
import type { JobAnswer } from "../../../src/doors/page/client/network/answers.ts";
import { usualWords } from "../../../src/training/datasets/missing.ts";
import { type JobHeard, Training } from "../../../src/doors/page/client/network/training.ts";

const order = { network: { layers: [] }, data: {}, optimizer: { type: "SGD", lr: 0.1 }, steps: 30, seed: 1 };

/** A service of one client: a job pauses, or ends, as soon as it is told how far to go. */
function service() {
  const asked: string[] = [];
  const streams = new Map<string, (event: JobHeard) => void>();
  const open = new Set<AbortSignal>();
  let heard = 0;
  let isCancelled = false;
  let jobs = 0;
  let step = 0;
  let isFailing = false;
  const tell = (id: string, type: string): void =>
    streams.get(id)?.({
      id: String(++heard),
      type,
      data: JSON.stringify({ id: 1, type, message: "so it is", ...(type === "paused" && { step }) }),
    });
  const answer = (id: string): JobAnswer => ({ id, status: "queued", step, steps: order.steps, error: null });
  const go = (id: string, updates: number): JobAnswer => {
    step = Math.min(order.steps, step + updates);
    const type = isFailing ? "failed" : step === order.steps ? "succeeded" : "paused";
    setTimeout(() => tell(id, type));
    return answer(id);
  };
  return {
    asked,
    fail: () => (isFailing = true),
    /** Somebody else cancels the job. */
    interfere: () => (isCancelled = true),
    listening: () => [...open].filter(({ aborted }) => !aborted).length,
    post: async (path: string, body: unknown = {}) => {
      const { pause_after, optimizer } = body as { readonly pause_after?: number; readonly optimizer?: { readonly lr: number } };
      asked.push(
        [path.replace("/v1/jobs", "").replace(/^$/, "new"), pause_after, optimizer?.lr].filter((each) => each !== undefined).join(" "),
      );
      const [, id = `j${++jobs}`, command = "new"] = /^\/v1\/jobs\/(\w+)\/(\w+)$/.exec(path) ?? [];
      if (command === "resume" && isCancelled) throw new Error("it is cancelled");
      if (command === "continue") return go(`j${++jobs}`, pause_after ?? 0);
      return command === "new" || command === "resume" ? go(id, pause_after ?? 0) : answer(id);
    },
    read: async () => ({ ...answer("j1"), status: isCancelled ? "cancelled" : "paused" }),
    history: async () => ({ data: [{ step, epoch: step, loss: 1 / (1 + step), lr: 0.1 }], has_more: false }),
    async *events(path: string, after: string, signal: AbortSignal) {
      asked.push(`listen ${after}`.trim());
      open.add(signal);
      const [, id = ""] = /jobs\/(\w+)\//.exec(path) ?? [];
      const waiting: JobHeard[] = [];
      let wake = (): void => {};
      streams.set(id, (event) => {
        waiting.push(event);
        wake();
      });
      signal.addEventListener("abort", () => wake());
      while (!signal.aborted) {
        for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function begun({ onLook = () => {} }: { readonly onLook?: (step: number) => void } = {}) {
  const far = service();
  const looked: number[] = [];
  const training = new Training({
    service: far,
    look: async (_job, step) => {
      looked.push(step);
      onLook(step);
    },
    turn: async () => {},
  });
  training.begin(order);
  return { training, looked, ...far };
}

describe("a training that is watched", () => {
  test("is one job, which is looked at each time that it pauses, and read once for each look", async () => {
    const { training, asked, looked } = begun();
    await training.run(() => 10);
    expect(asked).toEqual(["new 10 0.1", "listen", "/j1/resume 10", "/j1/resume 10"]);
    expect([looked, training.phase.value, training.step.value]).toEqual([[10, 20, 30], "over", 30]);
    expect(training.rows.value.map(({ step }) => step)).toEqual([10, 20, 30]);
  });

  test("pauses after the updates that are under way, and makes one at a time", async () => {
    const run = begun({ onLook: (step) => step === 10 && run.training.pause() });
    await run.training.run(() => 10);
    expect([run.training.phase.value, run.looked]).toEqual(["resting", [10]]);
    await run.training.advance(1);
    expect([run.training.phase.value, run.looked]).toEqual(["resting", [10, 11]]);
    expect(run.asked.filter((each) => each.includes("resume"))).toEqual(["/j1/resume 1"]);
  });

  test("goes on at another rate as a job that continues the first, also while it runs", async () => {
    const run = begun({ onLook: (step) => step === 10 && (run.training.rate = 0.02) });
    await run.training.run(() => 10);
    expect(run.asked).toEqual(["new 10 0.1", "listen", "/j1/cancel", "/j1/continue 10 0.02", "listen", "/j2/resume 10"]);
    expect([run.training.phase.value, run.training.job.value?.id]).toEqual(["over", "j2"]);
  });

  test("that is over is trained on for as many updates again", async () => {
    const { training, asked } = begun();
    await training.run(() => 30);
    await training.advance(5);
    expect(asked).toEqual(["new 30 0.1", "listen", "/j1/continue 5", "listen"]);
  });

  test("that is left is paused and heard no more, and goes on from what was heard", async () => {
    const run = begun({ onLook: (step) => step === 10 && run.training.leave() });
    await run.training.run(() => 10);
    expect([run.training.phase.value, run.listening()]).toEqual(["resting", 0]);
    await run.training.advance(1);
    expect(run.asked.slice(-2)).toEqual(["/j1/resume 1", "listen 1"]);
    expect([run.training.step.value, run.listening()]).toEqual([11, 1]);
    run.training.leave();
    expect(run.listening()).toBe(0);
  });

  test("goes on though somebody else has cancelled its job", async () => {
    const { training, asked, interfere } = begun();
    await training.advance(10);
    interfere();
    await training.advance(5);
    expect([asked.slice(-2), training.phase.value, training.step.value]).toEqual([["/j1/continue 5", "listen"], "resting", 15]);
  });

  test("says in words why it failed", async () => {
    const { training, fail, looked } = begun();
    fail();
    await training.run(() => 10);
    expect([training.phase.value, looked, String(training.problem.value)]).toEqual(["failed", [], "Error: so it is"]);
  });

  test("that is begun anew hears no more of what was, whose job is cancelled", async () => {
    const run = begun({ onLook: (step) => step === 10 && run.training.begin(order) });
    await run.training.run(() => 10);
    expect([run.training.phase.value, run.training.step.value, run.training.rows.value]).toEqual(["new", 0, []]);
    await vi.waitFor(() => expect(run.asked).toContain("/j1/cancel"));
    expect(run.asked).not.toContain("/j1/resume 10");
  });
});

describe("what streams and pages bring", () => {
  const happening = (id: number): Happening => ({ id, type: "progress", created_at: 0, message: "" });

  test("is shown once and in order, the first and the last of much", () => {
    let known: readonly Happening[] = [];
    for (const id of [1, 2, 2, 1, 3]) known = withHappening(known, happening(id));
    expect(known.map(({ id }) => id)).toEqual([1, 2, 3]);
    for (let id = 4; id <= 500; id++) known = withHappening(known, happening(id));
    expect([known.length, known[4].id, known[5].id, known.at(-1)?.id]).toEqual([105, 5, 401, 500]);
  });

  test("takes the place of what a job that goes on from before makes again", () => {
    const rows = [1, 2, 3].map((step) => ({ step, loss: step }));
    expect(withRows(rows, [{ step: 4, loss: 4 }]).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(withRows(rows, [{ step: 3, loss: 30 }])).toEqual([...rows.slice(0, 2), { step: 3, loss: 30 }]);
    expect(withRows(rows, [])).toBe(rows);
  });

  test("has a chart for each kind of number", () => {
    const rows = [
      { step: 1, epoch: 1, loss: 1, lr: 0.1 },
      { step: 2, epoch: 1, loss: "NaN", lr: 0.1, val_loss: 2, val_accuracy: 0.5, epoch_loss: 1 },
    ];
    expect(chartsOf(rows)).toEqual({ losses: ["epoch_loss", "loss", "val_loss"], rates: ["lr"], others: ["val_accuracy"] });
  });

  test("is commanded as it can be", () => {
    expect(commandsOf("running")).toEqual(["pause", "cancel"]);
    expect(commandsOf("paused")).toEqual(["resume", "cancel"]);
    expect(commandsOf("failed")).toEqual(["continue", "delete"]);
    expect(commandsOf("cancelling")).toEqual([]);
  });
});

describe("a file of the reader's own", () => {
  test.each<[what: string, text: string, columns: string[], first: string[]]>([
    ["with commas", "a,b,c\n1,2,x\n3,4,y\n", ["a", "b", "c"], ["1", "2", "x"]],
    ["without a header", "1;2\n3;4", ["0", "1"], ["1", "2"]],
    ["with tabs and Windows' ends of lines", "a\tb\r\n1\t2\r\n", ["a", "b"], ["1", "2"]],
    ["with quotes, and lines within them", 'a,"b ""x"", <b>"\n"1\n","2"\n', ["a", 'b "x", <b>'], ["1\n", "2"]],
  ])("%s is a table", (_what, text, columns, first) => {
    const table = tableOf(text);
    expect([table?.columns, table?.rows[0]]).toEqual([columns, first]);
  });

  test("that is no table is none", () => {
    expect([tableOf(""), tableOf("one\ntwo"), tableOf("a,b\n")]).toEqual([null, null, null]);
  });

  test("is learnt by its last column, from those that hold numbers", () => {
    const table = tableOf("width,colour,height,kind\n1.5,red,2,b\n2.5,blue,3,a\n,red,1,a\n");
    if (table === null) throw new Error("it is a table");
    const choice = usualChoice(table);
    expect(choice).toEqual({ inputs: [0, 2], target: 3, aim: "class" });
    const samples = samplesOf(table, choice);
    // A row without a number is left out; classes are numbered as the service does.
    expect(samples).toEqual({
      aim: "class",
      inputs: [
        [1.5, 2],
        [2.5, 3],
      ],
      targets: [1, 0],
      outputs: 2,
      classes: ["a", "b"],
      columns: ["width", "height"],
    });
    const query = new URLSearchParams(uploadPath("my & file", table, choice).split("?")[1]);
    expect(Object.fromEntries(query)).toEqual({
      name: "my & file",
      columns: '{"input":[0,2],"target":{"columns":3,"as":"class"}}',
      delimiter: ",",
      decimal: ".",
      header: "true",
      missing: "drop",
    });
  });

  test("has cells that are not known, in the words that the service takes for that", () => {
    expect([...missingWords]).toEqual(usualWords);
    const table = tableOf(`x,y\n${"1,0\n?,1\nNA,0\n2,null\n3,1\n".repeat(4)}`);
    if (table === null) throw new Error("it is a table");
    const choice = usualChoice(table);
    expect(choice).toEqual({ inputs: [0], target: 1, aim: "class" });
    expect(samplesOf(table, choice).targets).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test("is read to its end: what comes last may be another class", () => {
    const table = tableOf(`x,kind\n${"1,wolf\n".repeat(5000)}2,ant\n3,bee\n`);
    if (table === null) throw new Error("it is a table");
    expect(table.rows).toHaveLength(5002);
    expect(samplesOf(table, usualChoice(table))).toMatchObject({ outputs: 3, classes: ["ant", "bee", "wolf"] });
  });

  test("has no classes in numbers that are none", () => {
    const table = tableOf(`x,sign,half,count\n${"1,-1,0.5,0\n2,1,1.5,1\n".repeat(9)}`);
    if (table === null) throw new Error("it is a table");
    expect([1, 2, 3].map((column) => aimsOf(table, column))).toEqual([["number"], ["number"], ["number", "class"]]);
  });

  test("has numbers as its country writes them, and classes that are numbers", () => {
    const table = tableOf("x;y\n0,5;1\n1,5;0\n2,5;1\n3,5;0\n1;1\n2;0\n3;1\n");
    if (table === null) throw new Error("it is a table");
    expect(table).toMatchObject({ delimiter: ";", decimal: "," });
    expect(samplesOf(table, usualChoice(table))).toMatchObject({ aim: "class", outputs: 2, targets: [1, 0, 1, 0, 1, 0, 1] });
    expect(samplesOf(table, { inputs: [0], target: 1, aim: "number" })).toMatchObject({ outputs: 1, inputs: { 0: [0.5] } });
  });
});
