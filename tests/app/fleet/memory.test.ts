import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { FleetMemory } from "../../../src/app/fleet/memory.ts";
import { Memory } from "../../../src/app/history/memory.ts";
import type { SampleMessage } from "../../../src/app/protocol.ts";
import { lived, shownOf, type Was } from "../history/life.ts";

const FIRST = -Number.MAX_SAFE_INTEGER;

/** What was shown, and kept. */
function shown(samples: number, memory: FleetMemory): Was[] {
  return lived(samples, new Memory(0), (sample, flows) => {
    const fleet = [{ name: "a", staleSinceMs: null, aheadMs: sample.number, version: null }];
    memory.add({ fleet, sample } as unknown as SampleMessage, flows);
  });
}

function looked(memory: FleetMemory, fromNs: number, samples: number, ms = 0): Was | null {
  const moment = memory.look(fromNs, { samples, ms });
  if (moment === null) return null;
  strictEqual(moment.fleet![0].aheadMs, moment.sample.number);
  return shownOf(moment);
}

Deno.test("FleetMemory shows every moment as it was, to the last column, and what had ended before", () => {
  const memory = new FleetMemory(600_000), was = shown(150, memory), nowNs = was.at(-1)!.timeNs;
  for (let back = 1; back < was.length; back += 13) {
    deepStrictEqual(looked(memory, nowNs, -back), was[was.length - 1 - back]);
  }
  deepStrictEqual(looked(memory, nowNs, FIRST), was[0]);
  strictEqual(looked(memory, nowNs, 0, -60_000)!.number, 149 - 60);
  strictEqual(looked(memory, was[30].timeNs, 0, 60_000)!.number, 90);
  deepStrictEqual([looked(memory, was[100].timeNs, 0, 60_000), looked(memory, nowNs, 1)], [null, null]);
});

Deno.test("FleetMemory forgets what is older than it should be", () => {
  const memory = new FleetMemory(30_000), was = shown(150, memory);
  const then = looked(memory, was[149].timeNs, FIRST)!;
  deepStrictEqual(then, { ...was[119], joined: then.joined });
  strictEqual(new FleetMemory(30_000).look(0, { samples: -1, ms: 0 }), null);
});

Deno.test("FleetMemory thins out what is old when there is too much, and says from where on", () => {
  const whole = new FleetMemory(600_000);
  shown(300, whole);
  const most = whole.bytes * 0.5, memory = new FleetMemory(600_000, most), was = shown(300, memory);
  const { oldestNs, thinBeforeNs } = memory.extent!, nowNs = was[299].timeNs;
  ok(memory.bytes <= most && memory.bytes > most * 0.9, `${memory.bytes} of ${most}`);
  strictEqual(oldestNs, was[0].timeNs);
  const from = was.findIndex(({ timeNs }) => timeNs === thinBeforeNs), seen: number[] = [];
  for (let back = 1; seen[0] !== 0; back++) {
    const then = looked(memory, nowNs, -back)!;
    deepStrictEqual(then, { ...was[then.number], joined: then.joined });
    seen.unshift(then.number);
  }
  deepStrictEqual(seen.slice(seen.indexOf(from)), Array.from({ length: 299 - from }, (_, i) => from + i));
  const thin = seen.slice(0, seen.indexOf(from));
  ok(
    thin.length > 1 && thin.every((number, i) => i === 0 || number - thin[i - 1] >= 60 || i === thin.length - 1),
    `${thin}`,
  );
  // What takes too much even so goes.
  const small = new FleetMemory(600_000, whole.bytes * 0.01);
  shown(300, small);
  ok(small.bytes <= whole.bytes * 0.02 && small.extent!.oldestNs > was[0].timeNs);
});
