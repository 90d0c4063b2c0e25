import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { peerRow } from "../../src/flow/peer.ts";
import { RowIndex } from "../../src/flow/row_index.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { Errno } from "../../src/wire/errno.ts";
import { End, Tag, Translated, TranslationLayout } from "../../src/wire/layout.ts";
import { Feed, sampleOf } from "../support/feed.ts";
import { address, counters, ended, record, tcp, tick, udp } from "../support/records.ts";

type Endpoint = readonly [address: string, port: number];
const HOST = 1, GUEST = 2;

function end(cookie: number, netns: number, local: Endpoint, remote: Endpoint) {
  return {
    ...{ cookie, netns, family: local[0].includes(":") ? 6 : 4 },
    ...{ localAddress: address(local[0]), localPort: local[1] },
    ...{ remoteAddress: address(remote[0]), remotePort: remote[1] },
  };
}
const live = (...of: Parameters<typeof end>) => tcp(Tag.tcpLive, { ...end(...of), openedNs: 1000 });
const flow = (...of: Parameters<typeof end>) => udp({ ...end(...of), firstNs: 1000, lastNs: 1000 });

/** The client's two endpoints, and the server's. */
type Change = readonly [from: Endpoint, to: Endpoint, server: Endpoint, seen: Endpoint];

function translation(netns: number, [from, to, server, seen]: Change, more = {}): Uint8Array {
  return record(TranslationLayout, {
    ...{ tag: Tag.translation, size: TranslationLayout.byteLength, family: from[0].includes(":") ? 6 : 4, protocol: 6 },
    ...{ change: Translated.there, netns, fromPort: from[1], toPort: to[1], serverPort: server[1], seenPort: seen[1] },
    ...{ fromAddress: address(from[0]), toAddress: address(to[0]) },
    ...{ serverAddress: address(server[0]), seenAddress: address(seen[0]) },
    ...more,
  });
}

function told(sample: Sample) {
  return Array.from({ length: sample.length }, (_, row) => {
    const { peer, remote, inside } = flowFacts(sample, row), at = peerRow(sample, row);
    const real = remote?.real ?? null;
    return [
      at < 0 ? null : sample.flows.cookieLow[at],
      peer?.via ?? null,
      real && `${real.address} ${real.port}`,
      inside,
    ];
  });
}

const FROM: Endpoint = ["127.0.0.1", 40001], TO: Endpoint = ["127.0.0.1", 8100];
const SERVER: Endpoint = ["10.88.0.3", 80], SEEN: Endpoint = ["10.88.0.1", 40001];
const PUBLISHED: Change = [FROM, TO, SERVER, SEEN];

Deno.test("Nat joins the ends of a published port, in whatever order they become known", () => {
  const records = [live(1, HOST, FROM, TO), live(2, GUEST, SERVER, SEEN), translation(HOST, PUBLISHED)];
  const order = [[0, 1, 2], [2, 1, 0], [1, 2, 0]];
  for (const [first, second, third] of order) {
    const feed = new Feed();
    feed.sample(records[first], tick(10e9));
    const seen = [first, second].flatMap((i) => i < 2 ? [counters({ cookie: i + 1 })] : []);
    feed.sample(...seen.slice(0, first < 2 ? 1 : 0), records[second], tick(11e9));
    const sample = feed.sample(...seen, records[third], tick(12e9));
    const rows = told(sample), client = sample.flows.cookieLow[0] === 1 ? 0 : 1;
    deepStrictEqual(rows[client], [2, "nat", "10.88.0.3 80", true]);
    deepStrictEqual(rows[1 - client], [1, "nat", "127.0.0.1 40001", true]);
  }
});

Deno.test("Nat: what was killed behind a published port is told so at the other end", () => {
  const feed = new Feed();
  feed.sample(live(1, HOST, FROM, TO), live(2, GUEST, SERVER, SEEN), translation(HOST, PUBLISHED), tick(10e9));
  const killed = {
    ...end(2, GUEST, SERVER, SEEN),
    openedNs: 1000,
    timeNs: 10.5e9,
    end: End.error | Errno.ECONNABORTED,
  };
  const reset = { ...end(1, HOST, FROM, TO), openedNs: 1000, timeNs: 10.6e9, end: End.error | Errno.ECONNRESET };
  const sample = feed.sample(ended(killed), ended(reset), tick(11e9));
  const ways = Array.from({ length: sample.length }, (_, row) => {
    const { by, how } = flowFacts(sample, row).end!;
    return `${sample.flows.cookieLow[row]} ${by} ${how}`;
  });
  deepStrictEqual(ways.sort(), ["1 peer killed", "2 kernel killed"]);
});

Deno.test("Nat leaves what is not translated at an end as it is", () => {
  const client: Endpoint = ["10.88.0.2", 5000], service: Endpoint = ["10.88.0.1", 8100];
  const sample = new Feed().sample(
    ...[
      live(1, GUEST, client, service),
      live(2, 3, SERVER, client),
      translation(HOST, [client, service, SERVER, client]),
    ],
    tick(10e9),
  );
  deepStrictEqual(told(sample), [[2, "nat", "10.88.0.3 80", true], [1, "nat", null, true]]);
});

Deno.test("Nat says what stands behind an address though it is on another machine, and judges by that", () => {
  const pod: Endpoint = ["10.1.1.1", 4000],
    service: Endpoint = ["10.96.0.10", 443],
    there: Endpoint = ["192.0.2.7", 6443];
  const sample = new Feed().sample(
    live(1, GUEST, pod, service),
    translation(HOST, [pod, service, there, ["10.0.0.1", 4000]]),
    tick(10e9),
  );
  deepStrictEqual(told(sample), [[null, null, "192.0.2.7 6443", false]]);
});

Deno.test("Nat follows a connection that is translated twice", () => {
  const inner: Change = [["127.0.0.1", 4000], ["127.0.0.11", 53], ["10.9.0.1", 5353], ["10.9.0.2", 4000]];
  const outer: Change = [["10.9.0.2", 4000], ["10.9.0.1", 5353], ["10.9.0.7", 99], ["10.9.0.2", 4000]];
  const ends = [live(1, GUEST, inner[0], inner[1]), live(2, 3, outer[2], outer[3])];
  for (const known of [ends, [...ends].reverse()]) {
    const sample = new Feed().sample(...known, translation(GUEST, inner), translation(HOST, outer), tick(10e9));
    const client = sample.flows.cookieLow[0] === 1 ? 0 : 1, rows = told(sample);
    deepStrictEqual(rows[client], [2, "nat", "10.9.0.7 99", true]);
    deepStrictEqual(rows[1 - client], [1, "nat", "127.0.0.1 4000", true]);
  }
});

Deno.test("Nat does not run in a circle", () => {
  const a: Endpoint = ["10.0.0.1", 1], b: Endpoint = ["10.0.0.2", 2];
  const sample = new Feed().sample(live(1, GUEST, a, b), translation(HOST, [a, b, b, a]), tick(10e9));
  deepStrictEqual(told(sample), [[null, null, null, false]]);
});

Deno.test("Nat takes a loopback address for one of the namespace that translates it", () => {
  const sample = new Feed().sample(
    ...[live(1, GUEST, FROM, TO), live(2, 3, SERVER, SEEN), translation(HOST, PUBLISHED)],
    tick(10e9),
  );
  deepStrictEqual(told(sample).map(([cookie]) => cookie), [null, null]);
});

Deno.test("Nat forgets a translation that has ended, and all of a namespace that is told anew", () => {
  for (const forget of [{ change: Translated.gone }, { change: Translated.forgotten, family: 0 }]) {
    const feed = new Feed();
    feed.sample(translation(HOST, PUBLISHED), tick(10e9));
    strictEqual(feed.tables.translations.size, 1);
    const sample = feed.sample(
      ...[translation(HOST, PUBLISHED, forget), live(1, HOST, FROM, TO), live(2, GUEST, SERVER, SEEN)],
      tick(11e9),
    );
    deepStrictEqual(told(sample).map(([cookie]) => cookie), [null, null]);
    strictEqual(feed.tables.translations.size, 0);
  }
});

Deno.test("Nat joins UDP by what is told of UDP alone", () => {
  const ends = [flow(1, HOST, FROM, TO), flow(2, GUEST, SERVER, SEEN)];
  const by = (protocol: number) =>
    told(new Feed().sample(...ends, translation(HOST, PUBLISHED, { protocol }), tick(10e9)));
  deepStrictEqual(by(17).map(([cookie]) => cookie), [2, 1]);
  deepStrictEqual(by(6).map(([cookie]) => cookie), [null, null]);
});

Deno.test("Nat: what goes through a published port is inside, each byte once, and nothing of it outside", () => {
  const feed = new Feed();
  feed.sample(live(1, HOST, FROM, TO), live(2, GUEST, SERVER, SEEN), translation(HOST, PUBLISHED), tick(10e9));
  const moved = [
    counters({ cookie: 1, rxBytes: 1009, txBytes: 503 }),
    counters({ cookie: 2, rxBytes: 503, txBytes: 1009 }),
  ];
  const totals = totalsOf(feed.sample(...moved, tick(11e9)));
  deepStrictEqual([totals.rxBytesPerS, totals.txBytesPerS], [0, 0]);
  deepStrictEqual([totals.insideBytesPerS, totals.insideByAddressBytesPerS], [1512, 0]);
  strictEqual(sampleOf(tick(9e9), tick(10e9)).length, 0);
});

Deno.test("RowIndex holds what a list of pairs holds, whatever is added, moved and deleted", () => {
  const step = fc.record({ hash: fc.integer({ min: 0, max: 7 }), action: fc.integer({ min: 0, max: 9 }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 900 }), (steps) => {
    const index = new RowIndex(), model: [number, number][] = [];
    let row = 0;
    for (const { hash, action } of steps) {
      const at = model.findIndex(([other]) => other === hash);
      if (at < 0 || action < 5) {
        index.add(hash, ++row);
        model.push([hash, row]);
      } else if (action < 7) {
        index.move(hash, model[at][1], ++row);
        model[at][1] = row;
      } else index.delete(...model.splice(at, 1)[0]);
      const found: number[] = [];
      index.each(hash, (row) => found.push(row));
      const inOrder = model.filter(([other]) => other === hash).map(([, row]) => row), walked: number[] = [];
      for (let row = index.first(hash); row >= 0; row = index.next(hash, row)) walked.push(row);
      deepStrictEqual([found, walked], [inOrder, inOrder]);
      strictEqual(index.size, model.length);
    }
  }));
});

Deno.test("RowIndex goes through rows of one hash until it has seen too many, then through the first ones, and anew once settled", () => {
  const ROWS = 5_000, WALKS = 2_000, SHORT = 32, MOST = 1 << 22;
  const index = new RowIndex(), counts: number[] = [];
  for (let row = 0; row < ROWS; row++) index.add(9, row);
  const walk = () => {
    let count = 0;
    for (let row = index.first(9); row >= 0; row = index.next(9, row)) count++;
    return count;
  };
  for (let i = 0; i < WALKS; i++) {
    let count = 0;
    index.each(9, () => count++);
    counts.push(count);
  }
  const whole = Math.floor((MOST - 1) / (ROWS - SHORT)), rest = SHORT + (MOST - 1) % (ROWS - SHORT);
  deepStrictEqual(counts.filter((count) => count !== SHORT), [...Array(whole).fill(ROWS), rest]);
  strictEqual(counts.length, WALKS);
  strictEqual(walk(), SHORT);
  index.settle();
  strictEqual(walk(), ROWS);
});
