import { deepStrictEqual } from "node:assert/strict";
import { givenUpAfterMs } from "../../../src/app/fleet/link.ts";

Deno.test("givenUpAfterMs() leaves a host time for three intervals, however long they are", () => {
  deepStrictEqual([100, 1000, 10_000, 40_000].map(givenUpAfterMs), [30_000, 30_000, 30_000, 120_000]);
});
