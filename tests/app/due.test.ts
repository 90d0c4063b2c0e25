import { strictEqual } from "node:assert/strict";
import { nextDueMs } from "../../src/app/due.ts";

Deno.test("nextDueMs() keeps to the grid, and is a whole interval away after a stall of any length", () => {
  strictEqual(nextDueMs(5000, 1000, 5003), 6000);
  strictEqual(nextDueMs(5000, 1000, 4990), 6000);
  strictEqual(nextDueMs(5000, 1000, 5995), 6995);
  strictEqual(nextDueMs(5000, 1000, 6005), 7005);
  strictEqual(nextDueMs(5000, 1000, 8007), 9007);
});
