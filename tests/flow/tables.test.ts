import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Feed } from "../support/feed.ts";
import { ended, opened, owner, tick } from "../support/records.ts";

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
