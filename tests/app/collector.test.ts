import { deepStrictEqual } from "node:assert/strict";
import { Collector } from "../../src/app/collector.ts";
import type { WorkerOptions } from "../../src/app/protocol.ts";
import type { Platform } from "../../src/source/platform.ts";
import type { FlowSource } from "../../src/source/source.ts";
import { tick } from "../support/records.ts";

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
