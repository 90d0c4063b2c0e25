import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { type FlowFacts, flowFacts } from "../../src/output/flow_facts.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { OwnerHow, Tag, UdpOwnerLayout, UdpRecordLayout, UdpState, Unknown } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { address, comm, type Fields, record, tick, udp } from "../support/records.ts";

const SECOND = 1e9;

/** A flow of dig (pid 77), 10.0.0.2:5353 to 1.1.1.1:53, one datagram of 31 bytes out at second 10. */
function flow(fields: Fields<typeof UdpRecordLayout> = {}): Uint8Array {
  return udp({
    state: UdpState.kept,
    how: OwnerHow.connect,
    direction: 1,
    cookie: 5,
    tgid: 77,
    uid: 1000,
    firstNs: 10 * SECOND,
    lastNs: 10 * SECOND,
    txBytes: 31,
    txPackets: 1,
    localPort: 5353,
    remotePort: 53,
    localAddress: address("10.0.0.2"),
    remoteAddress: address("1.1.1.1"),
    comm: comm("dig"),
    ...fields,
  });
}

function owned(fields: Fields<typeof UdpOwnerLayout>): Uint8Array {
  const { byteLength } = UdpOwnerLayout;
  return record(UdpOwnerLayout, { tag: Tag.udpOwner, size: byteLength, cookie: 5, how: OwnerHow.file, ...fields });
}

function factsOf(sample: Sample): FlowFacts[] {
  return Array.from({ length: sample.length }, (_, row) => flowFacts(sample, row));
}

/** A feed that has had its first snapshot, at second 9. */
function begun(): Feed {
  const feed = new Feed();
  feed.sample(tick(9 * SECOND));
  return feed;
}

Deno.test("UdpTable shows a flow with what it has moved since it was first seen", () => {
  const [facts] = factsOf(begun().sample(flow({ rxBytes: 131, rxPackets: 2 }), tick(10.5 * SECOND)));
  deepStrictEqual(
    [facts.protocol, facts.state, facts.direction, facts.process, facts.pid, facts.age_ms],
    ["udp", "ACTIVE", "outbound", "dig", 77, 500],
  );
  deepStrictEqual([facts.tx_bytes, facts.tx_bytes_delta, facts.rx_bytes, facts.rx_packets], [31, 31, 131, 2]);
  deepStrictEqual([facts.rtt_us, facts.rtt_var_us, facts.cwnd, facts.retransmits], [null, null, null, null]);
});

Deno.test("UdpTable keeps a flow that no snapshot tells of, and lets it idle", () => {
  const feed = begun();
  feed.sample(flow(), tick(10.5 * SECOND));
  const [facts] = factsOf(feed.sample(tick(11.5 * SECOND)));
  deepStrictEqual([facts.state, facts.tx_bytes, facts.tx_bytes_delta, facts.closed], ["IDLE", 31, 0, false]);
});

Deno.test("UdpTable shows an expired flow in one more sample, with its last bytes", () => {
  const feed = begun();
  feed.sample(flow(), tick(10.5 * SECOND));
  const gone = flow({ state: UdpState.expired, txBytes: 62, txPackets: 2 });
  const [facts] = factsOf(feed.sample(gone, tick(41 * SECOND)));
  deepStrictEqual([facts.state, facts.closed, facts.tx_bytes, facts.tx_bytes_delta], ["EXPIRED", true, 62, 31]);
  strictEqual(feed.sample(tick(42 * SECOND)).length, 0);
});

Deno.test("UdpTable takes a flow of the same socket and peer after that for another", () => {
  const feed = begun();
  feed.sample(flow(), tick(10.5 * SECOND));
  const again = flow({ firstNs: 41 * SECOND, lastNs: 41 * SECOND, txBytes: 7 });
  const facts = factsOf(feed.sample(flow({ state: UdpState.evicted }), again, tick(41.5 * SECOND)));
  deepStrictEqual(facts.map(({ state, tx_bytes }) => [state, tx_bytes]), [["EXPIRED", 31], ["ACTIVE", 7]]);
  strictEqual(new Set(facts.map(({ id }) => id)).size, 2);
  strictEqual(feed.sample(tick(42 * SECOND)).length, 1);
});

Deno.test("UdpTable tells flows apart by socket, remote address, port and link", () => {
  const link = { family: 6, remoteAddress: address("fe80::1") };
  const different = [
    {},
    { cookie: 6 },
    { cookie: 5n + (1n << 32n) },
    { remotePort: 54 },
    { remoteAddress: address("1.1.1.2") },
    { ...link, scope: 2 },
    { ...link, scope: 3 },
  ];
  const feed = begun();
  for (let round = 1; round <= 3; round++) {
    const records = different.map((fields, i) => flow({ ...fields, txBytes: round * 100 + i }));
    const facts = factsOf(feed.sample(...records, tick((10 + round) * SECOND)));
    deepStrictEqual(facts.map(({ tx_bytes }) => tx_bytes), different.map((_, i) => round * 100 + i));
  }
});

Deno.test("UdpTable finds every flow while others come and go", () => {
  const feed = begun(), alive = new Map<number, number>();
  let next = 1, atNs = 11 * SECOND;
  for (let round = 0; round < 40; round++) {
    const records: Uint8Array[] = [];
    for (const cookie of [...alive.keys()].filter((cookie) => (cookie * 7 + round) % 3 === 0)) {
      records.push(flow({ cookie, state: UdpState.expired, txBytes: alive.get(cookie)! }));
      alive.delete(cookie);
    }
    for (const [cookie, bytes] of alive) {
      alive.set(cookie, bytes + cookie);
      records.push(flow({ cookie, txBytes: bytes + cookie }));
    }
    for (let i = 0; i < 50; i++, next++) {
      alive.set(next, next);
      records.push(flow({ cookie: next, txBytes: next }));
    }
    const open = factsOf(feed.sample(...records, tick(atNs += SECOND))).filter(({ closed }) => !closed);
    deepStrictEqual(
      open.map(({ tx_bytes }) => tx_bytes!).sort((a, b) => a - b),
      [...alive.values()].sort((a, b) => a - b),
    );
  }
});

Deno.test("UdpTable shows a v4-mapped peer as the IPv4 that it is", () => {
  const addresses = { localAddress: address("::ffff:127.0.0.1"), remoteAddress: address("::ffff:127.0.0.1") };
  const [facts] = factsOf(begun().sample(flow({ family: 6, ...addresses }), tick(10.5 * SECOND)));
  deepStrictEqual([facts.family, facts.remote?.address, facts.loopback], [4, "127.0.0.1", true]);
});

Deno.test("UdpTable gives all flows of a socket the owner that was found later", () => {
  const feed = begun(), unowned = { how: OwnerHow.none, tgid: 0 };
  feed.sample(flow(unowned), flow({ ...unowned, remotePort: 54 }), flow({ cookie: 6 }), tick(10.5 * SECOND));
  const owner = owned({ timeNs: 11 * SECOND, tgid: 99, uid: 1000, netns: 4026531833, comm: comm("named") });
  const facts = factsOf(feed.sample(owner, tick(11.5 * SECOND)));
  deepStrictEqual(facts.map(({ process }) => process), ["named", "named", "dig"]);
  deepStrictEqual([facts[0].pid, facts[0].user, facts[0].netns], [99, "ann", 4026531833]);
});

Deno.test("UdpTable gives a flow that began before its owner was found that owner, though told of later", () => {
  const feed = begun();
  feed.sample(owned({ timeNs: 10.2 * SECOND, tgid: 99, comm: comm("named") }), tick(10.5 * SECOND));
  const [facts] = factsOf(feed.sample(flow({ how: OwnerHow.none }), tick(11.5 * SECOND)));
  strictEqual(facts.process, "named");
});

Deno.test("UdpTable does not let an older owner replace a flow's own", () => {
  const owner = owned({ timeNs: 9.5 * SECOND, tgid: 99, comm: comm("named") });
  const [facts] = factsOf(begun().sample(owner, flow(), tick(10.5 * SECOND)));
  strictEqual(facts.process, "dig");
});

Deno.test("UdpTable ends a listed flow that a snapshot does not list, and keeps one that it does", () => {
  const feed = begun(), listed = { state: UdpState.listed };
  feed.sample(flow(listed), flow({ ...listed, cookie: 6 }), tick(10.5 * SECOND));
  const facts = factsOf(feed.sample(flow({ ...listed, cookie: 6 }), tick(11.5 * SECOND)));
  deepStrictEqual(facts.map(({ closed }) => closed), [true, false]);
  strictEqual(feed.sample(flow({ ...listed, cookie: 6 }), tick(12.5 * SECOND)).length, 1);
});

Deno.test("UdpTable counts nothing of a flow that is older than the source as moved in this sample", () => {
  const [facts] = factsOf(begun().sample(flow({ firstNs: 0 }), tick(10.5 * SECOND)));
  deepStrictEqual([facts.tx_bytes, facts.tx_bytes_delta, facts.age_ms], [31, 0, null]);
});

Deno.test("UdpTable gives memory back after a burst", () => {
  const feed = begun(), many = Array.from({ length: 5000 }, (_, i) => flow({ cookie: i + 1 }));
  feed.sample(...many, tick(10.5 * SECOND));
  const before = feed.tables.udp.arrays.tgid.length;
  const gone = many.map((_, i) => flow({ cookie: i + 1, state: UdpState.expired }));
  feed.sample(...gone, tick(41 * SECOND));
  feed.sample(tick(42 * SECOND));
  ok(feed.tables.udp.arrays.tgid.length < before);
});

Deno.test("UdpTable tells what was lost apart, of the sample too, and null where it is not known", () => {
  const feed = new Feed();
  feed.sample(tick(5 * SECOND));
  const lost = flow({ rxPackets: 3, rxBytes: 1503, rxDroppedPackets: 998, rxDroppedBytes: 499998 });
  const first = feed.sample(lost, tick(10 * SECOND));
  deepStrictEqual([factsOf(first)[0].rx_dropped_packets, factsOf(first)[0].rx_dropped_bytes], [998, 499998]);
  strictEqual(totalsOf(first).rxDroppedPackets, 998);
  const more = flow({ rxPackets: 3, rxBytes: 1503, rxDroppedPackets: 1005, rxDroppedBytes: 503505 });
  strictEqual(totalsOf(feed.sample(more, tick(11 * SECOND))).rxDroppedPackets, 7);
  const unknown = Unknown.droppedPackets | Unknown.droppedBytes;
  const last = feed.sample(flow({ rxPackets: 4, unknown }), tick(12 * SECOND));
  deepStrictEqual([factsOf(last)[0].rx_dropped_packets, factsOf(last)[0].rx_dropped_bytes], [null, null]);
  strictEqual(totalsOf(last).rxDroppedPackets, null);
});

Deno.test("UdpTable takes a datagram back that was lost after it was read of, and no sum of samples goes beyond the truth", () => {
  const feed = new Feed();
  feed.sample(tick(5 * SECOND));
  const deltas: number[] = [];
  for (const rxBytes of [501, 0, 0, 501, 1002]) {
    const sample = feed.sample(flow({ rxBytes }), tick((10 + deltas.length) * SECOND));
    deltas.push(factsOf(sample)[0].rx_bytes_delta!);
  }
  deepStrictEqual(deltas, [501, 0, 0, 0, 501]);
});

Deno.test("UdpTable shows the port that a flow's socket has now, and pairs it with whom that is the port of", () => {
  const feed = begun(), to = { remoteAddress: address("10.0.0.2"), localAddress: address("10.0.0.2"), localPort: 53 };
  const before = flow({ cookie: 6, ...to, remotePort: 5353, direction: 0, tgid: 53 });
  const own = { remoteAddress: address("10.0.0.2") };
  const [client, server] = factsOf(feed.sample(flow(own), before, tick(10.5 * SECOND)));
  deepStrictEqual([client.peer?.id, server.peer?.id], [server.id, client.id]);
  const later = flow({ ...own, localPort: 5354, txBytes: 131, txPackets: 2 });
  const next = flow({ cookie: 6, ...to, remotePort: 5354, direction: 0, tgid: 53 });
  const told = factsOf(feed.sample(later, next, tick(11.5 * SECOND)));
  deepStrictEqual(
    told.map(({ local, remote, tx_bytes_delta, peer }) => [local.port, remote!.port, tx_bytes_delta, peer?.id]),
    [
      [5354, 53, 100, told[2].id],
      [53, 5353, 0, undefined],
      [53, 5354, 31, client.id],
    ],
  );
});
