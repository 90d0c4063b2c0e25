import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder } from "../../src/decode/decode.ts";
import { FLOW_SCHEMA, type FlowArrays } from "../../src/flow/columns.ts";
import { EventLog, unpackEvents } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { MANY_ENDS } from "../../src/flow/tcp_table.ts";
import { Errno } from "../../src/wire/errno.ts";
import { End } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { address, counters, ended, join, live, opened, owner, tick, udp } from "../support/records.ts";

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

/** What a sample says of flows, by cookie, but for what numbers them. */
function told({ flows, length }: Sample): Map<number, unknown> {
  return new Map(Array.from({ length }, (_, row) => {
    const fields = Object.entries(FLOW_SCHEMA).map(([name, kind]) => {
      const column = flows[name as keyof FlowArrays];
      return name === "pair"
        ? column[row] !== 0
        : kind === "b16"
        ? [...column.subarray(row * 16, row * 16 + 16)]
        : column[row];
    });
    return [flows.cookieLow[row], fields];
  }));
}

Deno.test("FlowTables lends a sample the memory of rows that have nearly all ended, and goes on with the others as if it had not", () => {
  const few = new Feed(), many = new Feed(), outside = address("192.0.2.9");
  const client = { cookie: 1, localAddress: address("10.0.0.1"), remoteAddress: address("10.0.0.2"), openedNs: 9e9 };
  const server = { cookie: 2, localAddress: address("10.0.0.2"), remoteAddress: address("10.0.0.1"), openedNs: 9e9 };
  const ends = { localPort: 40001, remotePort: 80 }, other = { localPort: 80, remotePort: 40001 };
  const again = { cookie: 4, openedNs: 10.3e9, timeNs: 10.3e9, remoteAddress: outside };
  const steps: Uint8Array[][] = [
    [live({ ...client, ...ends }), live({ cookie: 3, openedNs: 9e9, rxBytes: 11, remoteAddress: outside }), tick(10e9)],
    [
      // Of one socket that connects twice the first connection has ended.
      opened({ cookie: 4, openedNs: 10.1e9, timeNs: 10.1e9 }),
      ended({ cookie: 4, openedNs: 10.1e9, timeNs: 10.2e9 }),
      opened(again),
      udp({ cookie: 5, firstNs: 9e9, lastNs: 10.5e9, rxBytes: 33, rxPackets: 1, remotePort: 53 }),
      counters({ cookie: 3, rxBytes: 111 }),
      counters({ cookie: 1 }),
      tick(11e9),
    ],
    [
      opened({ ...server, ...other, timeNs: 11.1e9 }),
      counters({ cookie: 3, rxBytes: 1111 }),
      counters({ cookie: 1, txBytes: 7 }),
      counters({ cookie: 4, rxBytes: 5 }),
      tick(12e9),
    ],
    [ended({ ...again, timeNs: 12.1e9, rxBytes: 9 }), counters({ cookie: 3, rxBytes: 1112 }), tick(13e9)],
    [tick(14e9), tick(15e9)],
  ];
  const short = Array.from({ length: MANY_ENDS * 3 }, (_, i) => {
    const fields = { cookie: 1000 + i, openedNs: 10.4e9, timeNs: 10.4e9, rxBytes: i };
    return [opened(fields), ended(fields)];
  }).flat();
  // Its row stands before those that stay.
  const first = { cookie: 999, openedNs: 9e9 };
  steps.forEach((records, step) => {
    const more = step === 0 ? [live(first)] : step === 1 ? [...short, ended({ ...first, timeNs: 10.4e9 })] : [];
    const sample = few.sample(...records), whole = many.sample(...more, ...records);
    deepStrictEqual([few.tables.lent, many.tables.lent], [false, step === 1], `${step}`);
    const rows = told(whole), extra = [...rows.keys()].filter((cookie) => cookie >= first.cookie);
    strictEqual(extra.length, step === 0 ? 1 : step === 1 ? MANY_ENDS * 3 + 1 : 0);
    if (step === 1) strictEqual(whole.length, rows.size + 1, "the socket that has connected again is there twice");
    for (const cookie of extra) rows.delete(cookie);
    deepStrictEqual(rows, told(sample), `${step}`);
    const shortEnds = step === 1 ? MANY_ENDS * 3 : 0;
    deepStrictEqual([whole.opened - shortEnds, whole.closed - extra.length * Math.sign(step)], [
      sample.opened,
      sample.closed,
    ]);
    strictEqual(many.tables.tcp.takeStrangers(), 0);
  });
  strictEqual(many.tables.tcp.length, 0, "what was not shown again has left");
  strictEqual(many.decoder.invalid, 0);
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
