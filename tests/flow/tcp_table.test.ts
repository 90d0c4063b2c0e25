import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { Feature, OwnerHow } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { address, comm, counters, ended, limits, live, opened, owner, tick } from "../support/records.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";

const facts = (sample: Sample) => Array.from({ length: sample.length }, (_, row) => flowFacts(sample, row));
const bytes = (sample: Sample) =>
  facts(sample).map(({ rx_bytes, tx_bytes, rx_bytes_delta, tx_bytes_delta, closed }) => [
    rx_bytes,
    tx_bytes,
    rx_bytes_delta,
    tx_bytes_delta,
    closed,
  ]);

/** A run whose first tick, at 10 s, is over. Later records say that they are of 11 s, unless told otherwise. */
function begun(...records: Uint8Array[]): Feed {
  const feed = new Feed();
  feed.sample(...records, tick(10e9));
  return feed;
}

Deno.test("TcpTable shows what was open before the source, with no bytes moved in this run", () => {
  const feed = new Feed();
  deepStrictEqual(bytes(feed.sample(live({ openedNs: 0, rxBytes: 101, txBytes: 53 }), tick(10e9))), [
    [101, 53, 0, 0, false],
  ]);
  const sample = feed.sample(counters({ rxBytes: 111, txBytes: 53 }), tick(11e9));
  deepStrictEqual(bytes(sample), [[111, 53, 10, 0, false]]);
  deepStrictEqual([sample.opened, sample.closed, facts(sample)[0].age_ms], [0, 0, null]);
});

Deno.test("TcpTable shows a connection that opened and ended within the sample, once, with all its bytes", () => {
  const feed = begun(), at = { openedNs: 10.5e9, timeNs: 10.6e9 };
  const sample = feed.sample(opened(at), ended({ ...at, rxBytes: 503, txBytes: 1009 }), tick(11e9));
  deepStrictEqual(bytes(sample), [[503, 1009, 503, 1009, true]]);
  deepStrictEqual([sample.opened, sample.closed, facts(sample)[0].state, facts(sample)[0].age_ms], [
    1,
    1,
    "CLOSED",
    100,
  ]);
  strictEqual(feed.sample(tick(12e9)).length, 0);
});

Deno.test("TcpTable keeps the final bytes of a connection against a snapshot that comes after its end", () => {
  const feed = begun(opened({ openedNs: 9e9 }), live({ openedNs: 9e9 }));
  const end = ended({ openedNs: 9e9, timeNs: 10.9e9, rxBytes: 503, txBytes: 7 });
  const late = [
    counters({ rxBytes: 400, state: TcpState.FIN_WAIT1 }),
    live({ openedNs: 9e9, rxBytes: 400, timeNs: 10.8e9 }),
  ];
  const sample = feed.sample(end, ...late, tick(11e9));
  deepStrictEqual(bytes(sample), [[503, 7, 503, 7, true]]);
  strictEqual(sample.closed, 1);
  strictEqual(feed.sample(tick(12e9)).length, 0);
});

Deno.test("TcpTable takes a socket that connects again for another connection", () => {
  const feed = begun(), first = { openedNs: 10.1e9 }, second = { openedNs: 10.5e9, remotePort: 80 };
  const sample = feed.sample(
    opened({ ...first, timeNs: 10.1e9 }),
    ended({ ...first, timeNs: 10.4e9, rxBytes: 11 }),
    opened({ ...second, timeNs: 10.5e9 }),
    live({ ...first, timeNs: 10.3e9, rxBytes: 5 }),
    counters({ rxBytes: 2 }),
    tick(11e9),
  );
  deepStrictEqual(bytes(sample), [[11, 0, 11, 0, true], [2, 0, 2, 0, false]]);
  strictEqual(new Set(facts(sample).map(({ id }) => id)).size, 2);
  deepStrictEqual(bytes(feed.sample(counters({ rxBytes: 3 }), tick(12e9))), [[3, 0, 1, 0, false]]);
});

Deno.test("TcpTable forgives one miss of a snapshot, then drops the flow and says that an event was lost", () => {
  const feed = begun(live({ openedNs: 0 }));
  const first = feed.sample(tick(11e9));
  deepStrictEqual([first.length, first.health.eventsLost], [1, 0]);
  const second = feed.sample(tick(12e9));
  deepStrictEqual([second.length, second.closed, second.health.eventsLost], [0, 1, 1]);
});

Deno.test("TcpTable keeps what snapshots of changes alone do not show, and asks for all when a whole one misses it", () => {
  const feed = begun(live({ openedNs: 0 })), changes = { features: Feature.changes };
  for (let n = 1; n <= 9; n++) strictEqual(feed.sample(tick(10e9 + n * 1e9, changes)).length, 1);
  strictEqual(feed.tables.tcp.takeDoubts(), false);
  strictEqual(feed.sample(tick(20e9)).length, 1);
  strictEqual(feed.tables.tcp.takeDoubts(), true);
  strictEqual(feed.sample(tick(21e9)).length, 0);
});

Deno.test("TcpTable asks for all when a socket has connected again whose end before was not told, and drops the earlier connection", () => {
  const feed = begun(live({ openedNs: 0 })), changes = { features: Feature.changes };
  feed.sample(tick(11e9, changes));
  strictEqual(feed.sample(opened({ openedNs: 11.5e9, timeNs: 11.5e9, remotePort: 80 }), tick(12e9, changes)).length, 2);
  strictEqual(feed.tables.tcp.takeDoubts(), true);
  const sample = feed.sample(counters({ rxBytes: 3 }), tick(13e9));
  deepStrictEqual(facts(sample).map(({ remote }) => remote?.port), [80]);
});

Deno.test("TcpTable says of a connection that no record speaks of any more what it says of one whose records say nothing new", () => {
  const still = begun(live({ openedNs: 0 })), told = begun(live({ openedNs: 0 }));
  for (let n = 1; n <= 5; n++) {
    const at = { rxBytes: 1000 + Math.min(n, 2) * 5, txBytes: 503 };
    const all = [counters(at), limits({ busyUs: Math.min(n, 2) * 900_000, receiveQueue: 3 })],
      alone = n <= 2 ? all : [];
    const ofStill = facts(still.sample(...alone, tick(10e9 + n * 1e9, { features: Feature.changes })));
    deepStrictEqual(ofStill, facts(told.sample(...all, tick(10e9 + n * 1e9))));
    if (n > 2) strictEqual(ofStill[0].limited_by, "reader");
  }
});

Deno.test("TcpTable drops what may have ended among lost records with the next whole snapshot, not with changes alone", () => {
  const feed = begun(live({ openedNs: 0 }));
  strictEqual(feed.sample(tick(11e9, { eventsLost: 5, features: Feature.changes })).length, 1);
  const sample = feed.sample(tick(12e9, { eventsLost: 5 }));
  deepStrictEqual([sample.length, sample.health.eventsLost], [0, 5]);
});

Deno.test("TcpTable drops at the first miss what may have ended among lost records, and counts no loss of its own", () => {
  const feed = begun(live({ openedNs: 0 }));
  const sample = feed.sample(tick(11e9, { eventsLost: 5 }));
  deepStrictEqual([sample.length, sample.health.eventsLost], [0, 5]);
});

Deno.test("TcpTable counts ends that are missing beyond the records that were lost", () => {
  const feed = begun(...[1, 2, 3].map((cookie) => live({ cookie, openedNs: 0 })));
  const sample = feed.sample(tick(11e9, { eventsLost: 1 }));
  deepStrictEqual([sample.length, sample.health.eventsLost], [0, 3]);
});

Deno.test("TcpTable puts no end down to a record that was lost before the last whole snapshot", () => {
  const feed = begun(live({ openedNs: 0 }));
  strictEqual(feed.sample(counters(), tick(11e9, { eventsLost: 5 })).health.eventsLost, 5);
  strictEqual(feed.sample(tick(12e9, { eventsLost: 5 })).length, 1);
  const sample = feed.sample(tick(13e9, { eventsLost: 5 }));
  deepStrictEqual([sample.length, sample.health.eventsLost], [0, 6]);
});

Deno.test("TcpTable keeps what snapshots that were cut short do not show for as long as no records are lost", () => {
  const feed = begun(live({ openedNs: 0 }));
  for (let n = 1; n <= 30; n++) {
    strictEqual(feed.sample(tick(10e9 + n * 1e9, { snapshotErrors: n, eventsLost: 0 })).length, 1);
  }
  strictEqual(feed.sample(tick(50e9, { snapshotErrors: 30, eventsLost: 0 })).length, 1);
  strictEqual(feed.sample(tick(51e9, { snapshotErrors: 30, eventsLost: 0 })).length, 0);
});

Deno.test("TcpTable gives up what eight snapshots that were cut short do not show once records were lost", () => {
  const feed = begun(live({ openedNs: 0 }));
  for (let n = 1; n <= 8; n++) {
    strictEqual(feed.sample(tick(10e9 + n * 1e9, { snapshotErrors: n, eventsLost: 1 })).length, 1);
  }
  strictEqual(feed.sample(tick(20e9, { snapshotErrors: 9, eventsLost: 1 })).length, 0);
});

Deno.test("TcpTable keeps what a snapshot that was cut short does not show", () => {
  const feed = begun(live({ openedNs: 0 }));
  for (let n = 1; n <= 8; n++) {
    strictEqual(feed.sample(tick(10e9 + n * 1e9, { snapshotErrors: n, eventsLost: n })).length, 1);
  }
  strictEqual(feed.sample(counters(), tick(30e9, { snapshotErrors: 8, eventsLost: 8 })).length, 1);
});

Deno.test("TcpTable keeps a connection that opened after the snapshot had begun", () => {
  const feed = begun();
  for (const second of [11, 12]) {
    feed.sample(opened({ cookie: second, openedNs: second * 1e9 + 5, timeNs: second * 1e9 + 5 }), tick(second * 1e9));
  }
  strictEqual(feed.sample(counters({ cookie: 11 }), counters({ cookie: 12 }), tick(13e9)).length, 2);
});

Deno.test("TcpTable counts no byte twice when a flow that was dropped by mistake comes back", () => {
  const feed = begun();
  feed.sample(opened({ openedNs: 10.5e9, timeNs: 10.5e9, rxBytes: 101 }), counters({ rxBytes: 101 }), tick(11e9));
  strictEqual(feed.sample(tick(12e9, { eventsLost: 1 })).length, 0);
  const sample = feed.sample(live({ openedNs: 10.5e9, timeNs: 13e9, rxBytes: 111 }), tick(13e9, { eventsLost: 1 }));
  deepStrictEqual([bytes(sample), sample.opened], [[[111, 0, 0, 0, false]], 0]);
});

Deno.test("TcpTable asks for descriptions when counters come of a socket that it does not know", () => {
  const feed = begun();
  feed.sample(counters({ cookie: 5 }), tick(11e9));
  deepStrictEqual([feed.tables.tcp.takeStrangers(), feed.tables.tcp.takeStrangers()], [1, 0]);
});

Deno.test("TcpTable never lets a count go back", () => {
  const feed = begun(live({ openedNs: 0, rxBytes: 100, txBytes: 100 }));
  deepStrictEqual(bytes(feed.sample(counters({ rxBytes: 90, txBytes: 101 }), tick(11e9))), [[100, 101, 0, 1, false]]);
});

Deno.test("TcpTable shows v4-mapped addresses as the IPv4 that they are", () => {
  const mapped = { family: 6, localAddress: address("::ffff:10.0.0.2"), remoteAddress: address("::ffff:1.1.1.1") };
  const listener = { cookie: 2, state: TcpState.LISTEN, remotePort: 0, ...mapped, remoteAddress: address("::") };
  const feed = new Feed(), sample = feed.sample(live(mapped), live(listener), tick(10e9));
  deepStrictEqual(facts(sample).map(({ family, local, remote }) => [family, local.address, remote?.address]), [
    [4, "10.0.0.2", "1.1.1.1"],
    [4, "10.0.0.2", undefined],
  ]);
});

Deno.test("TcpTable gives an ended connection the owner that is told a moment later", () => {
  const feed = begun(), at = { openedNs: 10.5e9, timeNs: 10.6e9 };
  const weak = { ...at, how: OwnerHow.listener, tgid: 1, comm: comm("parent") };
  const sample = feed.sample(
    opened(weak),
    ended(weak),
    owner({ ...at, how: OwnerHow.close, tgid: 2, comm: comm("worker") }),
    owner({ ...at, openedNs: 3, tgid: 3 }),
    tick(11e9),
  );
  deepStrictEqual([facts(sample)[0].pid, facts(sample)[0].process], [2, "worker"]);
});

/** A listener at port 80 of `tgid`, and a connection that waits there, as the kernel's side tells of them. */
const listening = (tgid: number, cookie = 1) =>
  live({ cookie, tgid, state: TcpState.LISTEN, remotePort: 0, localPort: 80, comm: comm(`p${tgid}`) });
const waiting = (tgid: number, cookie = 9, make = live) =>
  make({ cookie, tgid, how: OwnerHow.listener, localPort: 80, comm: comm(`p${tgid}`) });
const owners = (sample: Sample) => facts(sample).map(({ pid, process }) => `${pid} ${process}`);

Deno.test("TcpTable puts what waits to be accepted down to who has its listener now", () => {
  const feed = begun(listening(1), waiting(1), live({ cookie: 7, tgid: 1, localPort: 80, comm: comm("p1") }));
  const accepted = counters({ cookie: 7, how: OwnerHow.file }), still = counters({ cookie: 9, how: OwnerHow.listener });
  const after = (...records: Uint8Array[]) => owners(feed.sample(...records, accepted, tick(11e9)));
  // The kernel's side tells of the listener alone.
  deepStrictEqual(after(listening(2), still), ["2 p2", "2 p2", "1 p1"]);
  // Described anew, and at its end: by who had it when it came in.
  deepStrictEqual(after(listening(3), waiting(1)), ["3 p3", "3 p3", "1 p1"]);
  deepStrictEqual(after(listening(1), waiting(1)), ["1 p1", "1 p1", "1 p1"]);
  deepStrictEqual(after(listening(2), waiting(1)), ["2 p2", "2 p2", "1 p1"]);
  deepStrictEqual(after(listening(2), waiting(1, 9, ended)), ["2 p2", "2 p2", "1 p1"]);
});

Deno.test("TcpTable leaves what waits with its process where that still listens there, or several have taken over", () => {
  const still = begun(listening(1, 1), listening(1, 2), waiting(1));
  deepStrictEqual(owners(still.sample(listening(2, 1), listening(1, 2), waiting(1), tick(11e9))).at(-1), "1 p1");
  deepStrictEqual(owners(still.sample(listening(2, 2), waiting(1), tick(12e9))).at(-1), "2 p2");
  const several = begun(listening(1, 1), listening(1, 2), waiting(1));
  deepStrictEqual(
    owners(several.sample(listening(2, 1), listening(3, 2), waiting(1), tick(11e9))).at(-1),
    "1 p1",
  );
  const anew = begun(listening(1, 1));
  anew.sample(listening(2, 1), listening(1, 2), tick(11e9));
  deepStrictEqual(owners(anew.sample(waiting(1), tick(12e9))).at(-1), "1 p1");
});

Deno.test("TcpTable counts listeners neither as opened nor as closed", () => {
  const listener = { state: TcpState.LISTEN, remotePort: 0, openedNs: 10.5e9, timeNs: 10.5e9 };
  const sample = begun().sample(live(listener), ended({ ...listener, timeNs: 10.6e9 }), tick(11e9));
  deepStrictEqual([sample.length, sample.opened, sample.closed], [1, 0, 0]);
});

Deno.test("TcpTable is empty again, and small, after 1,000 rounds of 23 connections", () => {
  const feed = begun();
  for (let round = 1; round <= 1000; round++) {
    const second = 10e9 + round * 1e9,
      all = Array.from({ length: 23 }, (_, i) => ({
        cookie: round * 23 + i,
        openedNs: second - 5e8,
        timeNs: second - 5e8,
      }));
    const sample = feed.sample(...all.map(opened), ...all.map(ended), tick(second));
    deepStrictEqual([sample.length, sample.opened, sample.closed], [23, 23, 23]);
  }
  strictEqual(feed.tables.tcp.length, 0);
  strictEqual(feed.tables.tcp.arrays.rxBytes.length <= 256, true);
});

Deno.test("TcpTable agrees with a plain model, whatever opens, moves and ends", () => {
  const step = fc.record({
    cookie: fc.integer({ min: 1, max: 12 }),
    what: fc.constantFrom("open", "move", "close"),
    n: fc.nat(999),
  });
  fc.assert(fc.property(fc.array(fc.array(step, { maxLength: 30 }), { maxLength: 8 }), (seconds) => {
    const feed = begun(), model = new Map<number, { openedNs: number; bytes: number; before: number }>();
    let nowNs = 10e9;
    for (const [second, steps] of seconds.entries()) {
      const records: Uint8Array[] = [], gone: [number, number][] = [];
      for (const { cookie, what, n } of steps) {
        nowNs += 1000;
        const known = model.get(cookie);
        if (what === "open" && known === undefined) {
          model.set(cookie, { openedNs: nowNs, bytes: 0, before: 0 });
          records.push(opened({ cookie, openedNs: nowNs, timeNs: nowNs }));
        } else if (what === "move" && known !== undefined) {
          known.bytes += n;
        } else if (what === "close" && known !== undefined) {
          records.push(ended({ cookie, openedNs: known.openedNs, timeNs: nowNs, rxBytes: known.bytes }));
          gone.push([known.bytes, known.bytes - known.before]);
          model.delete(cookie);
        }
      }
      for (const [cookie, { bytes }] of model) records.push(counters({ cookie, rxBytes: bytes }));
      nowNs = 11e9 + second * 1e9;
      const sample = feed.sample(...records, tick(nowNs));
      const expected = [...gone.map(([rx, delta]) => [rx, 0, delta, 0, true])];
      for (const flow of model.values()) {
        expected.push([flow.bytes, 0, flow.bytes - flow.before, 0, false]);
        flow.before = flow.bytes;
      }
      const sorted = (rows: unknown[][]) => rows.map((row) => row.join(" ")).sort();
      deepStrictEqual(sorted(bytes(sample)), sorted(expected));
      strictEqual(sample.health.eventsLost, 0);
    }
  }));
});

Deno.test("TcpTable goes on counting packets and retransmissions where the kernel's 32 bits begin again", () => {
  const feed = new Feed(), top = 2 ** 32 - 3;
  const shown = (sample: Sample) => {
    const [{ rx_packets, tx_packets, retransmits }] = facts(sample);
    return [rx_packets, tx_packets, retransmits];
  };
  deepStrictEqual(
    shown(feed.sample(live({ openedNs: 0, rxPackets: top, txPackets: top, retransmits: 7 }), tick(10e9))),
    [
      top,
      top,
      7,
    ],
  );
  const after = counters({ rxPackets: 5, txPackets: top, retransmits: 9 });
  deepStrictEqual(shown(feed.sample(after, tick(11e9))), [2 ** 32 + 5, top, 9]);
  // A record that was written a moment before the one that came first.
  const late = counters({ rxPackets: 4, txPackets: top - 1, retransmits: 8 });
  deepStrictEqual(shown(feed.sample(late, tick(12e9))), [2 ** 32 + 5, top, 9]);
  deepStrictEqual(shown(feed.sample(counters({ rxPackets: 6, txPackets: 1, retransmits: 9 }), tick(13e9))), [
    2 ** 32 + 6,
    2 ** 32 + 1,
    9,
  ]);
});

Deno.test("TcpTable counts a connection that failed apart from those that opened and closed", () => {
  const feed = begun(), at = { openedNs: 10.5e9, timeNs: 10.6e9, cookie: 78 };
  const first = feed.sample(live({ ...at, state: TcpState.SYN_SENT }), tick(11e9));
  deepStrictEqual([first.opened, first.closed, first.failed, facts(first)[0].established], [0, 0, 0, false]);
  const second = feed.sample(ended({ ...at, state: TcpState.SYN_SENT }), tick(12e9));
  deepStrictEqual([second.opened, second.closed, second.failed, facts(second)[0].established], [0, 0, 1, false]);
  const good = { openedNs: 12.5e9, timeNs: 12.6e9, cookie: 79 };
  const third = feed.sample(live({ ...good, state: TcpState.SYN_SENT }), tick(13e9));
  const fourth = feed.sample(counters({ cookie: 79 }), tick(14e9)), fifth = feed.sample(ended(good), tick(15e9));
  deepStrictEqual([third, fourth, fifth].map(({ opened, closed, failed }) => [opened, closed, failed]), [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ]);
});
