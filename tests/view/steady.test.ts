import { deepStrictEqual } from "node:assert/strict";
import { Steady } from "../../src/view/screen/header.ts";

Deno.test("Steady.take() stays until its step has been left by more than the margin", () => {
  const mebibytes = new Steady(Math.round, 4);
  deepStrictEqual([90.4, 94.4, 86, 94.6, 91, 90, 97, 200].map((value) => mebibytes.take(value)), [
    90,
    90,
    90,
    95,
    95,
    90,
    97,
    200,
  ]);
});

Deno.test("Steady.take() tells less than 1 from 1 with a margin as well", () => {
  const percent = new Steady((percent) => percent < 1 ? 0 : Math.round(percent), 0.25);
  deepStrictEqual([0.9, 1.1, 1.3, 0.8, 0.7, 3.4, 3.7, 3.8].map((value) => percent.take(value)), [
    0,
    0,
    1,
    1,
    0,
    3,
    3,
    4,
  ]);
});
