import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Decoder } from "../../src/decode/decode.ts";
import { unpackFlows } from "../../src/flow/columns.ts";
import { StateError, StateReader, StateWriter } from "../../src/flow/state.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { counters, ended, join, limits, live, opened, tick, udp } from "../support/records.ts";

const S = 1_000_000_000;

/** What five snapshots say: openings, ends, a socket that connects again, one that is missed once, UDP. */
const SNAPSHOTS = [
  join(
    live({ cookie: 1, openedNs: 0 }),
    live({ cookie: 2, localPort: 7 }),
    udp({ cookie: 9, firstNs: 1, state: 1 }),
    tick(S),
  ),
  join(
    opened({ cookie: 3, timeNs: 1.5 * S, openedNs: 1.5 * S }),
    ended({ cookie: 3, timeNs: 1.7 * S, openedNs: 1.5 * S, rxBytes: 1009, txBytes: 503 }),
    opened({ cookie: 3, timeNs: 1.8 * S, openedNs: 1.8 * S, localPort: 9 }),
    counters({ cookie: 1, rxBytes: 307, txBytes: 101 }),
    limits({ cookie: 1, busyUs: 1001, sendQueue: 17 }),
    tick(2 * S),
  ),
  join(
    counters({ cookie: 1, rxBytes: 10007, txBytes: 101 }),
    counters({ cookie: 2, rxBytes: 11, txBytes: 13 }),
    counters({ cookie: 3, rxBytes: 19, txBytes: 3 }),
    udp({ cookie: 9, firstNs: 1, lastNs: 3 * S, state: 1, rxBytes: 71, rxPackets: 3 }),
    tick(3 * S),
  ),
  join(
    counters({ cookie: 1, rxBytes: 20011, txBytes: 101 }),
    ended({ cookie: 2, timeNs: 3.5 * S, openedNs: 1000, rxBytes: 17 }),
    tick(4 * S),
  ),
  join(counters({ cookie: 1, rxBytes: 20011, txBytes: 103 }), counters({ cookie: 3, rxBytes: 23 }), tick(5 * S)),
];

/** A sample as plain values. */
function shown(sample: ReturnType<FlowTables["takeSample"]>) {
  const { flows, ...rest } = sample, columns = unpackFlows(flows, sample.length);
  return {
    ...rest,
    drops: [...rest.drops],
    flows: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]])),
  };
}

for (let saved = 0; saved < SNAPSHOTS.length; saved++) {
  Deno.test(`FlowTables go on from what was saved as if nothing had been: sample ${saved}`, () => {
    const tables = new FlowTables(), decoder = new Decoder(tables), later = new FlowTables();
    let state = new Uint8Array(0);
    for (const records of SNAPSHOTS.slice(0, saved)) {
      decoder.decode(records);
      tables.takeSample();
    }
    decoder.decode(SNAPSHOTS[saved]);
    const sample = shown(tables.takeSample(null, (writer) => {
      tables.saveKnown(writer);
      state = writer.finish();
    }));
    later.load(new StateReader(state));
    deepStrictEqual(shown(later.takeSample()), sample);
    for (const records of SNAPSHOTS.slice(saved + 1)) {
      decoder.decode(records);
      new Decoder(later).decode(records);
      deepStrictEqual(shown(later.takeSample()), shown(tables.takeSample()));
    }
  });
}

Deno.test("StateReader refuses what is cut short, and needs no more than it has", () => {
  const tables = new FlowTables();
  let bytes = new Uint8Array(0);
  new Decoder(tables).decode(SNAPSHOTS[0]);
  tables.takeSample(null, (state) => bytes = state.finish());
  for (let length = 0; length < bytes.length - 8; length += 97) {
    throws(() => new FlowTables().load(new StateReader(bytes.subarray(0, length))), StateError);
  }
  const many = new StateWriter();
  many.list("clock", [0, 0, 0, 0, 0, 0]);
  many.number("tcp rows", 2 ** 40);
  throws(() => new FlowTables().load(new StateReader(many.finish())), StateError);
});

Deno.test("FlowTables.load() takes a state without a column as zeros", () => {
  const state = new StateWriter(), tables = new FlowTables();
  state.list("clock", [1, 2, 3, 4, 5, 6]);
  state.number("tcp rows", 2);
  state.bytes("tcp cookieLow", new Uint8Array(new Uint32Array([5, 6]).buffer));
  tables.load(new StateReader(state.finish()));
  strictEqual(tables.tcp.length, 2);
  deepStrictEqual([...tables.tcp.arrays.rxBytes.subarray(0, 2)], [0, 0]);
});
