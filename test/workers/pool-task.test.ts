import fc from "fast-check";
import { expect, test } from "vitest";
import { PoolTask, TaskQueue } from "../../src/workers/pool-task.ts";

const task = (order: number, client = ""): PoolTask =>
  new PoolTask({
    name: "",
    parameters: {},
    body: "",
    bytes: 0,
    owner: "",
    client,
    order,
    deadline: 0,
    resolve: () => {},
    reject: () => {},
  });

const lineFrom = (front: PoolTask | undefined): number[] => (front === undefined ? [] : [front.order, ...lineFrom(front.next)]);

/** Takes everything out, in turns. */
function takeAll(queue: TaskQueue): PoolTask[] {
  const taken: PoolTask[] = [];
  for (let next = queue.first; next !== undefined; next = queue.first) {
    queue.take(next);
    taken.push(next);
  }
  return taken;
}

test("whatever comes, goes and comes back, each line is in the order of arrival, and lines take turns", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (moves) => {
      const queue = new TaskQueue();
      const tasks = Array.from({ length: 21 }, (_, order) => task(order, String(order % 3)));
      const waiting = new Set<number>();
      for (const order of moves) {
        const moved = tasks[order];
        if (waiting.delete(order)) queue.remove(moved);
        else {
          queue.add(moved);
          waiting.add(order);
        }
        const lines = Object.groupBy([...waiting], (each) => String(each % 3));
        const expected = Object.values(lines).map((line = []) => line.toSorted((a, b) => a - b));
        expect([...queue.fronts()].map(lineFrom)).toEqual(expect.arrayContaining(expected));
        expect(queue.length).toBe(waiting.size);
      }
      const taken = takeAll(queue);
      expect(taken.map(({ order }) => order).toSorted((a, b) => a - b)).toEqual([...waiting].toSorted((a, b) => a - b));
      taken.forEach(({ client }, at) => {
        // Between two turns of one client, each other one that still waits has one.
        const since = taken.findLastIndex((each, before) => before < at && each.client === client);
        const between = taken.slice(since + 1, at).map((each) => each.client);
        expect(new Set(between).size).toBe(between.length);
      });
      expect(queue.length).toBe(0);
    }),
  );
});

test("a client that comes to a full queue has its turn after one task of each other", () => {
  const queue = new TaskQueue();
  for (let order = 0; order < 1000; order++) queue.add(task(order, "class"));
  queue.add(task(1000, "other"));
  queue.add(task(1001, "third"));
  expect(
    takeAll(queue)
      .slice(0, 4)
      .map(({ order }) => order),
  ).toEqual([0, 1000, 1001, 1]);
});

test("who is turned away is the last of the longest line, and never to the advantage of a line as long", () => {
  const queue = new TaskQueue();
  for (const [order, client] of ["a", "a", "a", "b"].entries()) queue.add(task(order, client));
  expect([queue.excessBeside("b")?.order, queue.excessBeside("c")?.order, queue.excessBeside("a")]).toEqual([2, 2, undefined]);
  queue.remove(queue.excessBeside("c") ?? task(9));
  expect([queue.excessBeside("b"), queue.excessBeside("c")?.order]).toEqual([undefined, 1]);
});
