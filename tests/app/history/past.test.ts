import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Memory } from "../../../src/app/history/memory.ts";
import { Past } from "../../../src/app/history/past.ts";
import { lived, shownOf, type Was } from "./life.ts";

function looked(past: Past, fromNs: number, samples: number, ms = 0): Was | null {
  const moment = past.look(fromNs, { samples, ms });
  return moment === null || "beforeMs" in moment ? null : shownOf(moment);
}

Deno.test("Past shows every moment as it was, to the last column, and what had ended before", () => {
  const memory = new Memory(600_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  ok(memory.segments.length > 2);
  for (let back = 1; back < was.length; back += 13) {
    deepStrictEqual(looked(past, nowNs, -back), was[was.length - 1 - back]);
  }
  for (let at = 3; at < 30; at++) deepStrictEqual(looked(past, was[at].timeNs, 1), was[at + 1]);
  deepStrictEqual(looked(past, nowNs, -Number.MAX_SAFE_INTEGER), was[0]);
});

Deno.test("Past steps by minutes, to the oldest and to the present", () => {
  const memory = new Memory(600_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  strictEqual(looked(past, nowNs, 0, -60_000)!.number, 149 - 60);
  strictEqual(looked(past, was[30].timeNs, 0, 60_000)!.number, 90);
  strictEqual(looked(past, was[30].timeNs, 0, -60_000)!.number, 0);
  strictEqual(looked(past, was[100].timeNs, 0, 60_000), null);
  strictEqual(looked(past, was[30].timeNs, 118)!.number, 148);
  strictEqual(looked(past, was[30].timeNs, 119), null);
  strictEqual(looked(past, nowNs, Number.MAX_SAFE_INTEGER), null);
});

Deno.test("Memory forgets what is older than it should be", () => {
  const memory = new Memory(30_000), was = lived(150, memory), past = new Past(memory), nowNs = was.at(-1)!.timeNs;
  const oldest = looked(past, nowNs, -Number.MAX_SAFE_INTEGER)!;
  ok(oldest.number <= 119 && oldest.number >= 119 - 60, String(oldest.number));
  deepStrictEqual(oldest.flows, was[oldest.number].flows);
  strictEqual(memory.extent!.oldestNs, oldest.timeNs);
});

Deno.test("Memory thins out what is old when there is too much, and says from where on", () => {
  const whole = new Memory(600_000);
  lived(200, whole);
  const bytes = whole.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const memory = new Memory(600_000, bytes * 0.6), was = lived(200, memory), past = new Past(memory);
  const nowNs = was.at(-1)!.timeNs, { oldestNs, thinBeforeNs } = memory.extent!;
  ok(memory.segments.reduce((sum, segment) => sum + segment.bytes, 0) <= bytes * 0.6);
  ok(thinBeforeNs !== null && thinBeforeNs > oldestNs);
  for (const { thin, samples } of memory.segments) strictEqual(thin, samples.length === 1);
  for (let back = 1; back < 200; back += 9) {
    const moment = looked(past, nowNs, -back)!, then = was[moment.number];
    deepStrictEqual(moment.flows, then.flows);
  }
});
