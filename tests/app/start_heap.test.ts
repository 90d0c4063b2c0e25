import { deepStrictEqual } from "node:assert/strict";
import { StartHeap } from "../../src/app/start_heap.ts";

/** What V8 is asked for while samples of so many rows come, of which some are quiet; and, behind each, its rows. */
function asked(samples: readonly (readonly [number, boolean?])[]): unknown[] {
  const calls: unknown[] = [], holder = globalThis as { gc?: (how: unknown) => void };
  holder.gc = (how) => calls.push(how);
  try {
    const heap = new StartHeap();
    for (const [rows, isQuiet] of samples) {
      heap.giveBack(rows, isQuiet);
      calls.push(rows);
    }
  } finally {
    delete holder.gc;
  }
  return calls;
}

const ALL = { type: "major", execution: "sync", flavor: "last-resort" };

Deno.test("StartHeap asks V8 once for all that the start left, behind the first sample", () => {
  deepStrictEqual(asked([[7], [5], [6]]), [ALL, 7, 5, 6]);
});

Deno.test("StartHeap waits while many rows make it long, or something else is to be done", () => {
  deepStrictEqual(asked([[2001], [5, false], [2000], [6]]), [2001, 5, ALL, 2000, 6]);
});

Deno.test("StartHeap does without where V8 has no such call", () => {
  new StartHeap().giveBack(5);
});
