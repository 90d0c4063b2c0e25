import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { FleetDue } from "../../../src/app/fleet/due.ts";

/** Whether one is due while a host is yet to tell something, and when none is; so many ms after the beginning. */
function dueAt(due: FleetDue, ...afterMs: number[]): [boolean, boolean][] {
  return afterMs.map((ms) => [due.isDue(ms, 1000, false), due.isDue(ms, 1000, true)]);
}

Deno.test("FleetDue gives hosts a whole interval behind the first sample, and half of one more", () => {
  const due = new FleetDue();
  due.taken(700, 1000);
  deepStrictEqual(dueAt(due, 1199, 1200, 2199, 2200), [[false, false], [false, true], [false, true], [true, true]]);
  strictEqual(due.waitMs(1000, 1000), 1200);
});

Deno.test("FleetDue keeps to the grid, and after a stall to half an interval", () => {
  const due = new FleetDue();
  due.taken(700, 1000);
  due.taken(1800, 1000);
  deepStrictEqual(dueAt(due, 2199, 2200, 3199, 3200), [[false, false], [false, true], [false, true], [true, true]]);
  due.taken(9000, 1000);
  deepStrictEqual(dueAt(due, 9000, 9999, 10_000), [[false, true], [false, true], [true, true]]);
});
