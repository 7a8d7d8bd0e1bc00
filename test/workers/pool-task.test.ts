import fc from "fast-check";
import { expect, test } from "vitest";
import { PoolTask, TaskQueue } from "../../src/workers/pool-task.ts";

const task = (order: number): PoolTask =>
  new PoolTask({ name: "", parameters: {}, body: "", bytes: 0, order, deadline: 0, resolve: () => {}, reject: () => {} });

function orders(queue: TaskQueue): number[] {
  const found: number[] = [];
  for (let task = queue.first; task !== undefined; task = task.next) found.push(task.order);
  return found;
}

test("whatever comes, goes and comes back, the queue is in the order of arrival", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (moves) => {
      const queue = new TaskQueue();
      const tasks = Array.from({ length: 21 }, (_, order) => task(order));
      const waiting = new Set<number>();
      for (const order of moves) {
        const moved = tasks[order];
        if (waiting.delete(order)) queue.remove(moved);
        else {
          queue.add(moved);
          waiting.add(order);
        }
        expect(orders(queue)).toEqual([...waiting].sort((a, b) => a - b));
        expect(queue.length).toBe(waiting.size);
      }
    }),
  );
});
