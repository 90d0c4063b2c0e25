import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { agreed, FLOWS, judged, measured } from "./garbage.ts";

const FIGURES = agreed(), NOW = await measured();

for (const [name, bytes] of Object.entries(NOW)) {
  Deno.test(`${name}: ${FLOWS} flows leave to the garbage collector what was agreed on`, () => {
    strictEqual(judged(name, bytes, FIGURES[name]), null);
  });
}

Deno.test("a figure is agreed on for each stage, and for no other", () => {
  deepStrictEqual(Object.keys(FIGURES), Object.keys(NOW));
});

Deno.test("judged() allows a tenth more and less, and says stage, figure, limit and what to do", () => {
  for (const bytes of [90_000, 100_000, 110_000]) strictEqual(judged("s", bytes, 100_000), null);
  const more = judged("s", 110_001, 100_000)!, less = judged("s", 89_999, 100_000)!;
  ok(
    /^s: 110001 bytes .*\(11\.00 a flow\), agreed on are 100000, at most 110000\. .*`deno task garbage`/.test(more),
    more,
  );
  ok(/^s: 89999 bytes .* less\. .*`deno task garbage`/.test(less), less);
  strictEqual(judged("s", 4096, 0), null);
  ok(judged("s", 4097, 0) !== null);
  ok(judged("s", 1, undefined)!.includes("no figure"));
});
