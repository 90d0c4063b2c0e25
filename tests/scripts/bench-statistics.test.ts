import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { atMost, pairedRatio, tellsPercent, tQuantile, turns } from "../bench/statistics.ts";

const near = (a: number, b: number) => ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

Deno.test("pairedRatio() of pairs that are alike has no width", () => {
  const { ratio, low, high, pairs } = pairedRatio([[100, 98], [200, 196], [50, 49]]);
  for (const value of [ratio, low, high]) near(value, 0.98);
  strictEqual(pairs, 3);
});

Deno.test("pairedRatio() takes the spread of the logarithms by Student's t", () => {
  // Logarithms -1 and 1: mean 0, deviation sqrt(2), of the mean 1; t of one degree of freedom is 12.706.
  const { ratio, low, high } = pairedRatio([[Math.E, 1], [1, Math.E]]);
  near(ratio, 1);
  near(low, Math.exp(-12.706));
  near(high, Math.exp(12.706));
});

Deno.test("pairedRatio() needs two pairs", () => {
  throws(() => pairedRatio([[1, 1]]), /1 pairs have no spread/);
});

Deno.test("pairedRatio() does not see what drifts from pair to pair", () => {
  near(pairedRatio([[100, 90], [10, 9], [1000, 900]]).high, 0.9);
});

Deno.test("atMost() is unknown where the interval holds the bound", () => {
  const of = (low: number, high: number) => atMost({ ratio: 1, low, high, pairs: 9 }, 1.05);
  deepStrictEqual([of(1, 1.04), of(1.06, 1.1), of(1, 1.1)], [true, false, null]);
});

Deno.test("tellsPercent() is half the interval's width", () => {
  near(tellsPercent({ ratio: 1, low: 1 / 1.02, high: 1.02, pairs: 9 }), 2);
});

Deno.test("tQuantile() falls to the normal distribution's", () => {
  deepStrictEqual([1, 9, 30, 31, 1000].map(tQuantile), [12.706, 2.262, 2.042, 1.96, 1.96]);
});

Deno.test("turns() changes who goes first", () => {
  deepStrictEqual(turns(3, 2), [[0, 1], [1, 0], [0, 1]]);
  deepStrictEqual(turns(4, 3), [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]);
});
