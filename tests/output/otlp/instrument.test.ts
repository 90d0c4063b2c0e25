import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { AttributeSet } from "../../../src/output/otlp/attribute_set.ts";
import { counter, IDLE_MS, MOST_SETS, OVERFLOW } from "../../../src/output/otlp/instrument.ts";

const set = (i: number) => AttributeSet.of({ i });

Deno.test("Instrument adds up what is beyond the most sets in one", () => {
  const count = counter("c", "", "");
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < MOST_SETS + 23; i++) count.of(set(i), 0, 1).value += 7;
  }
  const { points } = count.collect(1, false), last = points.at(-1)!;
  strictEqual(points.length, MOST_SETS + 1);
  deepStrictEqual([last.attributes, last.value], [OVERFLOW, 3 * 7 * 23]);
  strictEqual(points.reduce((sum, { value }) => sum + Number(value), 0), 3 * 7 * (MOST_SETS + 23));
});

Deno.test("Instrument tells a set that has stopped a last time, and counts it anew when it goes on", () => {
  const count = counter("c", "", "");
  count.of(set(1), 0, 1000).value += 503;
  strictEqual(count.collect(1000 + IDLE_MS - 1, false).points.length, 1);
  deepStrictEqual(count.collect(1000 + IDLE_MS, false).points, [{ attributes: { i: 1 }, startMs: 0, value: 503 }]);
  deepStrictEqual(count.collect(1000 + IDLE_MS, false).points, []);
  count.of(set(1), 5e6, 5e6 + 1).value += 3;
  deepStrictEqual(count.collect(5e6 + 1, false).points, [{ attributes: { i: 1 }, startMs: 5e6, value: 3 }]);
});

Deno.test("Instrument tells differences once", () => {
  const count = counter("c", "", "");
  count.of(set(1), 0, 1).value += 503;
  deepStrictEqual(count.collect(1, true).points, [{ attributes: { i: 1 }, startMs: 0, value: 503 }]);
  deepStrictEqual(count.collect(2, true).points, []);
});
