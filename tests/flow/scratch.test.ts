import { ok, strictEqual } from "node:assert/strict";
import { Scratch } from "../../src/flow/scratch.ts";

Deno.test("take() gives the same memory while it is enough, and gives back what has become far too much", () => {
  const scratch = new Scratch((length) => new Int32Array(length)), small = scratch.take(10);
  ok(small.length >= 10);
  strictEqual(scratch.take(1), small);
  const large = scratch.take(1_000_000);
  ok(large.length >= 1_000_000);
  strictEqual(scratch.take(500_000), large);
  const less = scratch.take(100);
  ok(less.length >= 100 && less.length < 1000);
});
