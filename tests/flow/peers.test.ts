import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { peerRow } from "../../src/flow/peer.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { Direction, Tag } from "../../src/wire/layout.ts";
import { Feed, sampleOf } from "../support/feed.ts";
import { address, comm, counters, ended, tcp, tick, udp } from "../support/records.ts";

type Endpoint = readonly [address: string, port: number];

/** What an end says: its cookie, its namespace, its addresses. */
function end(cookie: number, netns: number, local: Endpoint, remote: Endpoint, more = {}) {
  return {
    ...{ cookie, netns, family: local[0].includes(":") ? 6 : 4, openedNs: 1000 },
    ...{ localAddress: address(local[0]), localPort: local[1] },
    ...{ remoteAddress: address(remote[0]), remotePort: remote[1] },
    ...more,
  };
}
const live = (...of: Parameters<typeof end>) => tcp(Tag.tcpLive, end(...of));
const closed = (...of: Parameters<typeof end>) => ended(end(...of));
function flow(...of: Parameters<typeof end>): Uint8Array {
  const { openedNs, ...fields } = end(...of);
  return udp({ ...fields, firstNs: openedNs, lastNs: openedNs });
}

/** The cookie of each row's peer by the row's own; null: none. */
function peers(sample: Sample): Record<number, number | null> {
  const { cookieLow } = sample.flows;
  return Object.fromEntries(Array.from({ length: sample.length }, (_, row) => {
    const peer = peerRow(sample, row);
    return [cookieLow[row], peer < 0 ? null : cookieLow[peer]];
  }));
}

const A: Endpoint = ["10.0.0.1", 40001], B: Endpoint = ["10.0.0.2", 80];
const LOW: Endpoint = ["127.0.0.1", 40001], SERVICE: Endpoint = ["127.0.0.1", 80];
const OUT = { direction: Direction.outbound }, IN = { direction: Direction.inbound };

Deno.test("Peers joins the two ends of a connection, and tells each who is at the other", () => {
  const feed = new Feed();
  const server = { comm: comm("redis-server"), tgid: 7, ...IN, openedNs: 1001 };
  const sample = feed.sample(live(1, 9, LOW, SERVICE), live(2, 9, SERVICE, LOW, server), tick(10e9));
  deepStrictEqual(peers(sample), { 1: 2, 2: 1 });
  deepStrictEqual(flowFacts(sample, 0).peer, {
    ...{
      id: flowFacts(sample, 1).id,
      pid: 7,
      process: "redis-server",
      container: null,
      netns: 9,
      via: "direct",
      host: null,
    },
  });
});

Deno.test("Peers joins loopback addresses in their own network namespace alone", () => {
  deepStrictEqual(peers(new Feed().sample(live(1, 8, LOW, SERVICE), live(2, 9, SERVICE, LOW), tick(10e9))), {
    ...{ 1: null, 2: null },
  });
});

Deno.test("Peers joins other addresses across namespaces if there is but one", () => {
  deepStrictEqual(peers(new Feed().sample(live(1, 8, A, B), live(2, 9, B, A), tick(10e9))), { 1: 2, 2: 1 });
  const two = [live(1, 8, A, B), live(2, 9, B, A), live(3, 7, B, A)];
  deepStrictEqual(peers(new Feed().sample(...two, tick(10e9))), { 1: null, 2: null, 3: null });
});

Deno.test("Peers crosses no two connections of the same addresses in two namespaces", () => {
  const same = [live(1, 8, A, B), live(2, 9, A, B), live(3, 9, B, A), live(4, 8, B, A)];
  deepStrictEqual(peers(new Feed().sample(...same, tick(10e9))), { 1: 4, 2: 3, 3: 2, 4: 1 });
  const loopback = [live(1, 8, LOW, SERVICE), live(2, 9, LOW, SERVICE), live(3, 9, SERVICE, LOW)];
  const sample = new Feed().sample(...loopback, live(4, 8, SERVICE, LOW), tick(10e9));
  deepStrictEqual(peers(sample), { 1: 4, 2: 3, 3: 2, 4: 1 });
});

Deno.test("Peers keeps a pair when the same addresses come again elsewhere, and joins the newcomers", () => {
  const feed = new Feed();
  feed.sample(live(1, 7, A, B), live(2, 8, B, A), tick(10e9));
  const sample = feed.sample(
    ...[counters({ cookie: 1 }), counters({ cookie: 2 }), live(3, 9, A, B), live(4, 10, B, A)],
    tick(11e9),
  );
  deepStrictEqual(peers(sample), { 1: 2, 2: 1, 3: 4, 4: 3 });
});

Deno.test("Peers joins connections that came one after the other on the same addresses each with its own", () => {
  const first = { openedNs: 1e6, timeNs: 2e6 }, second = { openedNs: 3e6, timeNs: 4e6 };
  const both = [
    ...[closed(1, 9, LOW, SERVICE, { ...first, ...OUT }), closed(2, 9, LOW, SERVICE, { ...second, ...OUT })],
    ...[closed(3, 9, SERVICE, LOW, { openedNs: 3.1e6, timeNs: 4.1e6, ...IN })],
    ...[closed(4, 9, SERVICE, LOW, { openedNs: 1.1e6, timeNs: 2.1e6, ...IN })],
  ];
  deepStrictEqual(peers(sampleOf(tick(9e9), ...both, tick(10e9))), { 1: 4, 2: 3, 3: 2, 4: 1 });
  // The second finds nobody who listens: it is not the first one's.
  const alone = [both[0], both[1], both[3]];
  deepStrictEqual(peers(sampleOf(tick(9e9), ...alone, tick(10e9))), { 1: 4, 2: null, 4: 1 });
});

Deno.test("Peers knows none of an end whose other end has gone, and the flow stays inside", () => {
  const feed = new Feed();
  feed.sample(live(1, 8, A, B), live(2, 9, B, A), tick(10e9));
  deepStrictEqual(peers(feed.sample(closed(1, 8, A, B), counters({ cookie: 2 }), tick(11e9))), { 1: 2, 2: 1 });
  const sample = feed.sample(counters({ cookie: 2 }), tick(12e9));
  deepStrictEqual([peers(sample), flowFacts(sample, 0).inside], [{ 2: null }, true]);
});

Deno.test("Peers finds a connection whose local port was chosen after its first record", () => {
  const feed = new Feed();
  feed.sample(live(1, 9, ["0.0.0.0", 0], SERVICE, { state: 2 }), tick(10e9));
  const sample = feed.sample(live(1, 9, LOW, SERVICE), live(2, 9, SERVICE, LOW), tick(11e9));
  deepStrictEqual(peers(sample), { 1: 2, 2: 1 });
});

Deno.test("Peers takes a socket that is connected to itself as its own other end", () => {
  deepStrictEqual(peers(new Feed().sample(live(1, 9, LOW, LOW), tick(10e9))), { 1: 1 });
});

Deno.test("Peers joins a mapped IPv6 socket with the IPv4 one that it talks to", () => {
  const mapped = live(2, 9, ["::ffff:127.0.0.1", 80], ["::ffff:127.0.0.1", 40001]);
  deepStrictEqual(peers(new Feed().sample(live(1, 9, LOW, SERVICE), mapped, tick(10e9))), { 1: 2, 2: 1 });
});

Deno.test("Peers joins UDP flows, not with TCP, and not by a group's address", () => {
  const mixed = [live(1, 9, LOW, SERVICE), flow(2, 9, SERVICE, LOW), flow(3, 9, LOW, SERVICE)];
  deepStrictEqual(peers(new Feed().sample(...mixed, tick(10e9))), { 1: null, 2: 3, 3: 2 });
  const group = [flow(1, 9, A, ["239.1.2.3", 80]), flow(2, 9, ["239.1.2.3", 80], A)];
  deepStrictEqual(peers(new Feed().sample(...group, tick(10e9))), { 1: null, 2: null });
});

Deno.test("Peers gives a UDP client to the server's new socket", () => {
  const feed = new Feed();
  feed.sample(flow(1, 9, LOW, SERVICE), flow(2, 9, SERVICE, LOW), tick(10e9));
  const newer = flow(3, 9, SERVICE, LOW, { openedNs: 10.5e9 });
  deepStrictEqual(peers(feed.sample(flow(1, 9, LOW, SERVICE), flow(2, 9, SERVICE, LOW), newer, tick(11e9))), {
    ...{ 1: 3, 2: null, 3: 1 },
  });
});

Deno.test("Peers joins what it should and nothing else, whatever opens and ends in which order", () => {
  const port = fc.integer({ min: 1, max: 6 }), netns = fc.integer({ min: 1, max: 3 });
  const step = fc.record({ port, netns, client: fc.boolean(), tick: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    // An end that was joined stays with its mate when that has ended: no other can be connected to it.
    const feed = new Feed(), open = new Map<string, number>(), mates = new Map<number, number>();
    let cookie = 0, at = 10e9;
    for (const { port, netns, client, tick: ticks } of steps) {
      const key = `${netns} ${port} ${client}`, known = open.get(key);
      const ends: [Endpoint, Endpoint] = [["127.0.0.1", 1000 + port], SERVICE],
        [local, remote] = client ? ends : ends.reverse();
      const record = known === undefined ? live(++cookie, netns, local, remote) : closed(known, netns, local, remote);
      const other = open.get(`${netns} ${port} ${!client}`);
      if (known === undefined) open.set(key, cookie);
      else open.delete(key);
      if (known === undefined && other !== undefined && !mates.has(other)) mates.set(cookie, other).set(other, cookie);
      const still = [...open.values()].map((cookie) => counters({ cookie }));
      const sample = feed.sample(record, ...still, tick(at += 1e9));
      if (!ticks) continue;
      const { cookieLow, pair } = sample.flows,
        rows = new Map(Array.from({ length: sample.length }, (_, r) => [cookieLow[r], r]));
      for (const cookie of open.values()) {
        const row = rows.get(cookie)!, mate = mates.get(cookie);
        strictEqual(peerRow(sample, row), mate === undefined ? -1 : rows.get(mate) ?? -1, `${cookie} ${pair[row]}`);
      }
    }
  }));
});
