import { deepStrictEqual } from "node:assert/strict";
import { OwnCost } from "../../src/app/own_cost.ts";

Deno.test("OwnCost tells what was taken since the sample before, and nothing new of two that come at once", () => {
  // Milliseconds of the clock and of CPU time.
  const uses = [[1000, 50], [2000, 60], [32_000, 75], [32_001, 76], [33_000, 96], [33_100, 146]];
  const cost = new OwnCost(() => {
    const [now, cpu] = uses.shift()!;
    return { nowNs: now * 1e6, wallMs: 0, cpuNs: cpu * 1e6, residentBytes: now };
  });
  const told = [...uses].map(() => cost.take());
  deepStrictEqual(told.map(({ selfCpuPercent }) => selfCpuPercent), [0, 1, 0.1, 0.1, 2.1, 50]);
  deepStrictEqual(told.map(({ selfRssBytes }) => selfRssBytes), [1000, 2000, 32_000, 32_001, 33_000, 33_100]);
});
