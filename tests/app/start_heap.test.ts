import { deepStrictEqual } from "node:assert/strict";
import { StartHeap } from "../../src/app/start_heap.ts";

/** What V8 is asked for while `samples` come: their number, rows, and whether all is quiet. */
function asked(samples: readonly (readonly [number, number, boolean?])[]): unknown[] {
  const calls: unknown[] = [], holder = globalThis as { gc?: (how: unknown) => void };
  holder.gc = (how) => calls.push(how);
  try {
    const heap = new StartHeap();
    for (const [number, rows, isQuiet] of samples) {
      heap.giveBack(number, rows, isQuiet);
      calls.push(number);
    }
  } finally {
    delete holder.gc;
  }
  return calls;
}

const ALL = { type: "major", execution: "sync", flavor: "last-resort" };

Deno.test("StartHeap asks V8 once for all that the start left, when it is over", () => {
  deepStrictEqual(asked([[0, 5], [1, 5], [2, 5], [3, 5], [4, 5]]), [0, 1, ALL, 2, 3, 4]);
});

Deno.test("StartHeap waits while many rows make it long, or something else is to be done", () => {
  deepStrictEqual(asked([[2, 2001], [3, 5, false], [4, 2000], [5, 5]]), [2, 3, ALL, 4, 5]);
});

Deno.test("StartHeap does without where V8 has no such call", () => {
  new StartHeap().giveBack(2, 5);
});
