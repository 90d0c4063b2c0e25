import { deepStrictEqual } from "node:assert/strict";
import { FleetDue } from "../../../src/app/fleet/due.ts";

/** How long until one is due at that time, while a host is yet to tell something, and when none is. */
function waits(due: FleetDue, nowMs: number): [number, number] {
  const found = [false, true].map((isThere) => due.waitMs(nowMs, 1000, isThere)) as [number, number];
  deepStrictEqual([false, true].map((isThere) => due.isDue(nowMs, 1000, isThere)), found.map((ms) => ms <= 0));
  return found;
}

Deno.test("FleetDue gives hosts a whole interval behind the first sample, and half of one more", () => {
  const due = new FleetDue();
  due.taken(700, 1000);
  deepStrictEqual([waits(due, 700), waits(due, 1200), waits(due, 2200)], [[1500, 500], [1000, 0], [0, -1000]]);
});

Deno.test("FleetDue keeps to the grid, and after a stall to half an interval", () => {
  const due = new FleetDue();
  due.taken(700, 1000);
  due.taken(1800, 1000);
  deepStrictEqual([waits(due, 2300), waits(due, 3200)], [[900, 0], [0, -900]]);
  due.taken(9000, 1000);
  deepStrictEqual([waits(due, 9000), waits(due, 9500), waits(due, 10_000)], [[1000, 500], [500, 0], [0, -500]]);
});

Deno.test("FleetDue leaves half an interval between samples, though what has been waited for comes just behind one", () => {
  const due = new FleetDue();
  due.taken(0, 1000);
  due.taken(1500, 1000);
  deepStrictEqual([waits(due, 1507), waits(due, 2000)], [[993, 493], [500, 0]]);
  due.taken(2000, 1000);
  deepStrictEqual(waits(due, 2507), [993, -7]);
});
