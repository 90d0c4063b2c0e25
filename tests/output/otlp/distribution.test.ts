import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  BOUNDS,
  ExplicitHistogram,
  ExponentialHistogram,
  MOST_BUCKETS,
} from "../../../src/output/otlp/distribution.ts";

const seconds = fc.double({ min: 1e-7, max: 1e5, noNaN: true });

Deno.test("ExponentialHistogram keeps every value in a bucket that has it, and no more buckets than it may", () => {
  fc.assert(fc.property(fc.array(seconds, { minLength: 1, maxLength: 101 }), (values) => {
    const histogram = new ExponentialHistogram();
    for (const value of values) histogram.record(value);
    const { count, sum, min, max, exponential } = histogram.value, { scale, offset, counts } = exponential!;
    strictEqual(count, values.length);
    strictEqual(sum, values.reduce((sum, value) => sum + value, 0));
    strictEqual(min, Math.min(...values));
    strictEqual(max, Math.max(...values));
    ok(counts.length <= MOST_BUCKETS);
    const base = 2 ** (2 ** -scale), near = 1 + 1e-9;
    const sorted = [...values].sort((a, b) => a - b);
    counts.forEach((count, i) => {
      for (const value of sorted.splice(0, count)) {
        ok(value * near >= base ** (offset + i) && value <= base ** (offset + i + 1) * near);
      }
    });
    strictEqual(sorted.length, 0);
  }));
});

Deno.test("ExponentialHistogram is as fine as its values allow", () => {
  const same = new ExponentialHistogram(), wide = new ExponentialHistogram();
  for (let i = 0; i < 7; i++) same.record(0.25);
  strictEqual(same.value.exponential!.scale, 20);
  strictEqual(same.value.exponential!.counts.join(), "7");
  // A bucket has its upper bound, and 2^-2 is one at every scale.
  strictEqual(same.value.exponential!.offset, -2 * 2 ** 20 - 1);
  for (const value of [0.0001, 10]) wide.record(value);
  strictEqual(wide.value.exponential!.scale, 3);
});

Deno.test("ExplicitHistogram puts a value at a bound below it", () => {
  const histogram = new ExplicitHistogram();
  for (const value of [0.0001, 0.00011, 31]) histogram.record(value);
  const { counts } = histogram.value.explicit!;
  strictEqual(counts.length, BOUNDS.length + 1);
  strictEqual([counts[0], counts[1], counts.at(-1)].join(), "1,1,1");
});
