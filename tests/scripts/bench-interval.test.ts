import { deepStrictEqual } from "node:assert/strict";
import { intervalText, precisionText } from "../bench/goals/interval.ts";

const of = (ratio: number, times: number) => ({ ratio, low: ratio / times, high: ratio * times, pairs: 8 });

Deno.test("intervalText() has the ratio and where it lies", () => {
  deepStrictEqual(intervalText(of(1, 1.05)), "1.000 (0.952 to 1.050)");
});

Deno.test("precisionText() says how many pairs would tell two percent", () => {
  deepStrictEqual([1.01, 1.041, 2].map((times) => precisionText(of(1, times))), [
    "tells 1.00 %",
    "tells only 4.10 %: 2 % would take some 34 pairs",
    "tells only 100 %: 2 % would take more than 500 pairs",
  ]);
});
