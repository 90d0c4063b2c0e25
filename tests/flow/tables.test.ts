import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder } from "../../src/decode/decode.ts";
import { EventLog, unpackEvents } from "../../src/flow/event_log.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { MANY_ENDS } from "../../src/flow/tcp_table.ts";
import { Errno } from "../../src/wire/errno.ts";
import { End } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { ended, join, live, opened, owner, tick } from "../support/records.ts";

Deno.test("FlowTables measures a sample from tick to tick", () => {
  const feed = new Feed(), first = feed.sample(tick(10e9)), second = feed.sample(tick(11.0005e9));
  deepStrictEqual([first.number, first.intervalMs, first.timeNs], [0, 0, 10e9 + 100]);
  deepStrictEqual([second.number, second.intervalMs, Math.round(second.wallMs)], [1, 1000.5, 1767323045678]);
});

Deno.test("FlowTables hands on what the tick says was lost, and counts events from the start on", () => {
  const feed = new Feed();
  feed.sample(opened({ openedNs: 9e9 }), ended({ openedNs: 9e9, timeNs: 9.5e9 }), owner(), tick(10e9));
  const { health } = feed.sample(tick(11e9, {
    eventsLost: 1,
    socketsUntracked: 2,
    snapshotErrors: 3,
    udpEvicted: 4,
    udpUntracked: 5,
    dnsUnread: 6,
    socketsApart: 7,
  }));
  deepStrictEqual(health, {
    events: 3,
    eventsLost: 1,
    socketsUntracked: 2,
    snapshotErrors: 3,
    flowsEvicted: 4,
    datagramsUntracked: 5,
    recordsInvalid: 0,
    dropsUntracked: 0,
    dnsUnread: 6,
    socketsApart: 7,
    dnsNamesEvicted: 0,
  });
});

Deno.test("FlowTables counts nothing that opened or ended before the first sample", () => {
  const feed = new Feed();
  const first = feed.sample(opened({ openedNs: 9e9 }), ended({ openedNs: 9e9, timeNs: 9.5e9 }), tick(10e9));
  deepStrictEqual([first.length, first.opened, first.closed], [0, 0, 0]);
  strictEqual(feed.decoder.invalid, 0);
});

Deno.test("FlowTables forgets many connections that have ended before the sample, where nobody is told of flows, and counts them", () => {
  const log = new EventLog(), tables = new FlowTables(log, true), decoder = new Decoder(tables);
  const lengths: number[] = [], told: number[] = [];
  const drain = (...records: Uint8Array[]) => {
    decoder.decode(join(...records));
    log.ripen();
    for (let batch = log.take(false); batch !== null; batch = log.take(false)) {
      told.push(...unpackEvents(batch).cookieLow.subarray(0, batch.length));
    }
    log.drained();
    tables.forgetEnded();
    lengths.push(tables.tcp.length);
  };
  const ends = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => first + i).map((cookie) => {
      const timeNs = 10e9 + cookie;
      return ended({ cookie, timeNs, openedNs: timeNs });
    });
  drain(tick(10e9), live({ cookie: 99_999, timeNs: 10e9, openedNs: 9e9 }));
  tables.takeSample();
  drain(...ends(1, MANY_ENDS));
  drain(...ends(MANY_ENDS + 1, 5));
  drain();
  drain(ended({ cookie: 99_999, timeNs: 11e9, openedNs: 9e9 }));
  drain();
  deepStrictEqual(lengths, [1, MANY_ENDS + 1, 6, 6, 6, 6]);
  deepStrictEqual(told, [...Array.from({ length: MANY_ENDS + 5 }, (_, i) => i + 1), 99_999]);
  decoder.decode(tick(12e9));
  deepStrictEqual([tables.takeSample().closed, tables.tcp.length], [MANY_ENDS + 6, 0]);
});

Deno.test("FlowTables forgets none before the sample where flows are told, or another end may be killed", () => {
  for (const [eventsAlone, end] of [[false, 0], [true, End.error | Errno.ECONNABORTED]] as const) {
    const tables = new FlowTables(null, eventsAlone), decoder = new Decoder(tables);
    decoder.decode(tick(10e9));
    tables.takeSample();
    const records = Array.from({ length: MANY_ENDS }, (_, i) => {
      const at = { cookie: i + 1, timeNs: 10e9 + i, openedNs: 10e9 + i };
      return ended(i === 0 ? { ...at, end } : at);
    });
    decoder.decode(join(...records));
    for (let drain = 0; drain < 3; drain++) tables.forgetEnded();
    strictEqual(tables.tcp.length, MANY_ENDS);
  }
});
