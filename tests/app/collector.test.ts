import { deepStrictEqual } from "node:assert/strict";
import { Collector } from "../../src/app/collector.ts";
import type { WorkerOptions } from "../../src/app/protocol.ts";
import type { Platform } from "../../src/source/platform.ts";
import type { FlowSource } from "../../src/source/source.ts";
import { MANY_ENDS } from "../../src/flow/tcp_table.ts";
import { Rest } from "../../src/source/linux/rest.ts";
import { Feature } from "../../src/wire/layout.ts";
import { ended, join, opened, tick } from "../support/records.ts";
import { snapshotsOf } from "../support/snapshots.ts";

Deno.test("Collector counts the interval from when a sample was looked at, however long it takes to tell of it", async () => {
  const real = performance.now;
  let clockMs = 0;
  performance.now = () => clockMs;
  const waits: number[] = [];
  const source = {
    info: { tcp: "bpf", udp: null, notes: [] },
    wait(ms: number) {
      waits.push(ms);
      collector.stop();
      return Promise.resolve(true);
    },
    drain() {},
    snapshot(sink: (records: Uint8Array) => void) {
      clockMs += 5;
      sink(tick(1));
    },
    close() {},
  } as unknown as FlowSource;
  const platform = {
    openSource: () => source,
    selfUse() {
      clockMs += 40;
      return { nowNs: clockMs * 1e6, cpuNs: 0, residentBytes: 0 };
    },
  } as unknown as Platform;
  const options = { intervalMs: 100, events: false, names: false, from: null, to: null, replay: null };
  const collector = new Collector(platform, options as unknown as WorkerOptions, () => collector.taken(null));
  try {
    await collector.run();
  } finally {
    performance.now = real;
  }
  deepStrictEqual(waits, [55]);
});

/** A platform whose snapshots have the records of `steps`, one after the other; `over` is called at the last one. */
function platformOf(steps: Uint8Array[][], over: () => void): Platform {
  const source = {
    info: { tcp: "bpf", udp: null, notes: [] },
    wait: () => Promise.resolve(true),
    drain() {},
    snapshot(sink: (records: Uint8Array) => void) {
      for (const record of steps.shift()!) sink(record);
      if (steps.length === 0) over();
    },
    close() {},
  } as unknown as FlowSource;
  return {
    openSource: () => source,
    selfUse: () => ({ nowNs: 0, cpuNs: 0, residentBytes: 0 }),
    userName: () => null,
  } as unknown as Platform;
}

Deno.test("Collector uses the memory of a sample again, but for what a table has lent, which goes back at once", async () => {
  const short = Array.from({ length: MANY_ENDS }, (_, i) => ended({ cookie: 1 + i, openedNs: 2e9, timeNs: 2e9 }));
  const steps = [[tick(1e9)], [tick(3e9)], [...short, tick(5e9)], [tick(7e9)]],
    lengths: number[] = [],
    sizes: number[] = [];
  const platform = platformOf(steps, () => collector.stop());
  const options = { intervalMs: 0, events: false, names: false, from: null, to: null, replay: null };
  const seen: ArrayBuffer[] = [];
  const collector = new Collector(platform, options as unknown as WorkerOptions, (message) => {
    if (message.type !== "sample") return;
    const { length, flows } = message.sample;
    lengths.push(length);
    seen.push(flows);
    collector.taken(flows);
    sizes.push(flows.byteLength);
  });
  await collector.run();
  deepStrictEqual(lengths, [0, 0, MANY_ENDS, 0]);
  deepStrictEqual(sizes.map((size) => size === 0), [false, false, true, false]);
  deepStrictEqual([seen[1] === seen[0], seen[3] === seen[0]], [true, false]);
});

Deno.test("Collector transfers nothing where events alone are told: V8 would compile worse code from then on", async () => {
  const opening = opened({ cookie: 1, openedNs: 2e9, timeNs: 2e9 }),
    steps = [[tick(1e9)], [opening, tick(3e9)], [tick(5e9)]];
  const platform = platformOf(steps, () => collector.stop());
  const options = { intervalMs: 0, events: true, eventsAlone: true, names: false, from: null, to: null, replay: null };
  const told: string[] = [], moved: unknown[] = [];
  const collector = new Collector(platform, options as unknown as WorkerOptions, (message, transfer = []) => {
    told.push(
      message.type === "events" ? `${message.batch.length} of ${message.batch.events.constructor.name}` : message.type,
    );
    moved.push(...transfer);
    if (message.type === "sample") collector.taken(null);
    else if (message.type === "events") collector.eventsTaken(message.batch.events, message.batch.rows);
  });
  await collector.run();
  // It opens, and is gone unseen.
  const one = "1 of SharedArrayBuffer";
  deepStrictEqual(told.toSorted(), [one, one, "sample", "sample", "sample"]);
  deepStrictEqual(moved, []);
});

Deno.test("Collector tells of no sample while nothing moves and none is needed, and of the last one before what moves then", async () => {
  const still = (second: number) => tick(second * 1e9, { features: Feature.changes });
  const moved = join(opened({ cookie: 1, openedNs: 7.5e9, timeNs: 7.5e9 }), still(8));
  const steps = [1, 2, 3, 4, 5, 6, 7].map(still).concat([moved, still(9)]), rest = new Rest();
  let second = 0;
  const snapshots = snapshotsOf(() => [steps[second++]]);
  const source = {
    info: { tcp: "bpf", udp: null, notes: [] },
    rest,
    wait: () => Promise.resolve(true),
    drain: (sink: (records: Uint8Array) => void) => rest.drain(() => {}, sink),
    snapshot(sink: (records: Uint8Array) => void) {
      rest.snapshot(snapshots, sink);
      if (second === steps.length) collector.stop();
    },
    close() {},
  } as unknown as FlowSource;
  const platform = {
    openSource: () => source,
    selfUse: () => ({ nowNs: 0, cpuNs: 0, residentBytes: 0 }),
    userName: () => null,
  } as unknown as Platform;
  const options = { intervalMs: 0, events: false, names: false, from: null, to: null, replay: null };
  const told: [second: number, intervalMs: number, opened: number][] = [];
  const collector = new Collector(platform, options as unknown as WorkerOptions, (message) => {
    if (message.type !== "sample") return;
    const { timeNs, intervalMs, opened } = message.sample;
    told.push([Math.floor(timeNs / 1e9), intervalMs, opened]);
    collector.taken(null, 0, Infinity);
  });
  await collector.run();
  deepStrictEqual(told, [[1, 0, 0], [2, 1000, 0], [7, 5000, 0], [8, 1000, 1], [9, 1000, 0]]);
});
