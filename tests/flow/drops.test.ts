import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Drop } from "../../src/flow/drop_list.ts";
import { EventLog } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { Direction, Feature } from "../../src/wire/layout.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { EventFeed } from "../support/event_feed.ts";
import { Feed } from "../support/feed.ts";
import { address, dropped, ended, join, live, tick as plainTick, udp } from "../support/records.ts";

const NETNS = 4026531833;
const tick = (ns: number) => plainTick(ns, { features: Feature.drops });
const unknown = { cookie: 0, direction: Direction.unknown };

const listOf = ({ flows, drops }: Sample, row: number) => drops?.get(flows.drops[row]) ?? [];
const told = (drops: readonly Drop[]) =>
  drops.map(({ direction, reason, packets, bytes }) => `${direction} ${reason} ${packets} ${bytes}`);
const totals = ({ dropTotals }: Sample) =>
  dropTotals!.map(({ direction, reason, packets, withoutFlow }) => `${direction} ${reason} ${packets} ${withoutFlow}`);

/** After a first sample. */
function begun(...records: readonly Uint8Array[]): Feed {
  const feed = new Feed();
  feed.sample(...records, tick(1e9));
  return feed;
}

Deno.test("DropBook puts counts on the flow of the socket, by direction and reason, and adds up what is new", () => {
  const feed = begun(live());
  const first = feed.sample(
    live(),
    dropped(),
    dropped("TCP_OVERWINDOW", { direction: Direction.inbound, packets: 1, bytes: 7 }),
    tick(2e9),
  );
  deepStrictEqual(told(listOf(first, 0)), ["out netfilter_drop 3 606", "in tcp_overwindow 1 7"]);
  deepStrictEqual([first.flows.dropPackets[0], first.flows.dropBytes[0]], [4, 613]);
  deepStrictEqual(totals(first), ["out netfilter_drop 3 0", "in tcp_overwindow 1 0"]);
  const second = feed.sample(live(), dropped("NETFILTER_DROP", { packets: 5, bytes: 1010 }), tick(3e9));
  deepStrictEqual(told(listOf(second, 0)), ["out netfilter_drop 5 1010", "in tcp_overwindow 1 7"]);
  deepStrictEqual(totals(second), ["out netfilter_drop 2 0"]);
  deepStrictEqual(totals(feed.sample(live(), tick(4e9))), []);
});

Deno.test("DropBook takes a count with another beginning for another one, and one that is told again for the same", () => {
  const feed = begun(live());
  feed.sample(live(), dropped(), tick(2e9));
  const again = feed.sample(
    live(),
    dropped(),
    dropped("NETFILTER_DROP", { firstNs: 9, packets: 2, bytes: 4 }),
    tick(3e9),
  );
  deepStrictEqual(told(listOf(again, 0)), ["out netfilter_drop 5 610"]);
});

Deno.test("DropBook waits for a flow that is told of later in the same snapshot", () => {
  const feed = begun();
  const sample = feed.sample(dropped(), live({ state: TcpState.SYN_SENT }), tick(2e9));
  deepStrictEqual(told(listOf(sample, 0)), ["out netfilter_drop 3 606"]);
});

Deno.test("DropBook finds the receiver by the packets' ends, else the sender, else the listener, in their network namespace", () => {
  const flow = live(),
    listener = live({
      cookie: 78,
      openedNs: 5,
      state: TcpState.LISTEN,
      localPort: 80,
      remotePort: 0,
      localAddress: address("0.0.0.0"),
      remoteAddress: address("0.0.0.0"),
    });
  const feed = begun(flow, listener);
  const sample = feed.sample(
    flow,
    listener,
    dropped("IP_RPFILTER", {
      ...unknown,
      source: address("1.1.1.1"),
      sourcePort: 443,
      destination: address("10.0.0.2"),
      destinationPort: 51812,
    }),
    dropped("NO_SOCKET", { ...unknown, packets: 1 }),
    dropped("NETFILTER_DROP", { ...unknown, packets: 2, destinationPort: 80, destination: address("10.0.0.2") }),
    dropped("NETFILTER_DROP", { ...unknown, packets: 4, netns: NETNS + 1 }),
    dropped("NETFILTER_DROP", { ...unknown, packets: 8, destinationPort: 81 }),
    tick(2e9),
  );
  deepStrictEqual(told(listOf(sample, 0)), ["in ip_rpfilter 3 606", "out no_socket 1 606"]);
  deepStrictEqual(told(listOf(sample, 1)), ["in netfilter_drop 2 606"]);
  deepStrictEqual(totals(sample), [
    "in ip_rpfilter 3 0",
    "out no_socket 1 0",
    "in netfilter_drop 2 0",
    "null netfilter_drop 12 12",
  ]);
});

Deno.test("DropBook knows which of a UDP socket's flows a datagram was of, and that nobody read it", () => {
  const peer = (port: number, fields = {}) =>
    udp({
      cookie: 5,
      firstNs: 1,
      lastNs: 2e9,
      localPort: 53,
      remotePort: port,
      remoteAddress: address("1.1.1.1"),
      netns: NETNS,
      state: 1,
      ...fields,
    });
  const feed = begun(peer(1001), peer(1002));
  const of = { protocol: 17, cookie: 5, direction: Direction.inbound, source: address("1.1.1.1"), sourcePort: 1002 };
  const sample = feed.sample(
    peer(1002, { rxDroppedPackets: 4 }),
    dropped("SOCKET_RCVBUFF", of),
    dropped("UDP_CSUM", { ...of, packets: 1, bytes: 9 }),
    tick(2e9),
  );
  deepStrictEqual([told(listOf(sample, 0)), told(listOf(sample, 1))], [[], [
    "in socket_rcvbuff 3 606",
    "in udp_csum 1 9",
  ]]);
  deepStrictEqual([...sample.flows.limitedBy.subarray(0, 2)], [0, 7]);
  const filtered = feed.sample(
    peer(1002, { rxDroppedPackets: 6 }),
    dropped("SOCKET_FILTER", { ...of, packets: 2 }),
    tick(3e9),
  );
  deepStrictEqual([...filtered.flows.limitedBy.subarray(0, 2)], [0, 0]);
});

Deno.test("DropBook counts what found no room in the kernel's table by reason alone", () => {
  const feed = begun(live());
  const rest = { family: 0, cookie: 0, direction: 0, sourcePort: 0, destinationPort: 0, netns: 0 };
  const none = { source: new Uint8Array(16), destination: new Uint8Array(16) };
  const sample = feed.sample(
    live(),
    dropped("NO_SOCKET", { ...rest, ...none, protocol: 17, packets: 1001 }),
    tick(2e9),
  );
  deepStrictEqual(totals(sample), ["null no_socket 1001 1001"]);
  strictEqual(sample.health.dropsUntracked, 1001);
});

Deno.test("DropBook counts a flood of flows once, however often the kernel tells of the newest before a tick", () => {
  const feed = begun(), FLOWS = 20_001, TABLE = 8_192;
  const of = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) =>
      dropped("NO_SOCKET", {
        ...unknown,
        ...{ packets: 1, bytes: 977, firstNs: from + i + 1, sourcePort: 9 },
        ...{ destinationPort: 10_000 + from + i, source: address("127.0.0.1"), destination: address("127.0.0.1") },
      }));
  feed.decoder.decode(
    join(...of(0, TABLE), ...of(TABLE, 2 * TABLE), ...of(2 * TABLE, FLOWS), ...of(FLOWS - TABLE, FLOWS)),
  );
  const sample = feed.sample(tick(2e9)), later = feed.sample(tick(3e9));
  deepStrictEqual([...totals(sample), ...totals(later)], [`null no_socket ${FLOWS} ${FLOWS}`]);
});

Deno.test("DropBook tells the end of a connection what was dropped, whichever of the two records comes first", () => {
  for (const later of [true, false]) {
    const feed = new EventFeed(new EventLog());
    feed.sample(live({ state: TcpState.SYN_SENT }), tick(1e9));
    const end = ended({ state: TcpState.SYN_SENT, end: 128 | 110 });
    const { flows, drops, length } = feed.batch(...(later ? [end, dropped()] : [dropped(), end]));
    strictEqual(length, 1);
    deepStrictEqual(told(drops!.get(flows.drops[0])!), ["out netfilter_drop 3 606"]);
    strictEqual(flows.dropPackets[0], 3);
  }
});

Deno.test("DropBook forgets what was dropped of a flow that is gone", () => {
  const feed = begun(live());
  strictEqual(feed.sample(dropped(), ended(), tick(2e9)).drops!.size, 1);
  strictEqual(feed.sample(tick(3e9)).drops!.size, 0);
});

Deno.test("DropBook waits one snapshot more for a flow that is younger than the one that was under way", () => {
  const feed = begun();
  // The tick of 2e9 began before the packet was dropped, and shows no such flow.
  strictEqual(totals(feed.sample(dropped("NETFILTER_DROP", { lastNs: 2.00000005e9 }), tick(2e9))).length, 0);
  const found = feed.sample(live({ state: TcpState.SYN_SENT }), tick(3e9));
  deepStrictEqual(told(listOf(found, 0)), ["out netfilter_drop 3 606"]);
  const other = dropped("NETFILTER_DROP", { cookie: 99, destinationPort: 444, lastNs: 4.00000005e9 });
  strictEqual(totals(feed.sample(live(), other, tick(4e9))).length, 0);
  deepStrictEqual(totals(feed.sample(live(), tick(5e9))), ["out netfilter_drop 3 3"]);
});
