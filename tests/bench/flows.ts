/** Flows and records for the benchmarks. */
import type { Sample } from "../../src/flow/sample.ts";
import { join } from "../support/records.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

export const SIZES = [1000, 10000, 100000] as const;

/** A sample of `count` flows, `moving` of each thousand with a rate; another `seed` gives other rates. */
export function manyFlows(count: number, moving = 1000, seed = 1): Sample {
  return fakeSample(Array.from({ length: count }, (_, i): FakeFlow => ({
    process: `process-${i % 300}`,
    local: [i % 3 ? "10.1.2.3" : "2001:db8::1", 1024 + i % 60000],
    remote: [i % 3 ? `10.${i >> 8 & 255}.${i & 255}.9` : `2001:db8::${(i % 4000).toString(16)}:7`, 443],
    rttUs: i,
    rxDelta: i % 1000 < moving ? (i * 7919 * seed) % 1000003 : 0,
  })));
}

/** `count` records one behind the other, as the source hands them over. */
export function manyRecords(count: number, one: (cookie: number) => Uint8Array): Uint8Array {
  return join(...Array.from({ length: count }, (_, i) => one(i + 1)));
}
