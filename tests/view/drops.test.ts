import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Direction, Feature, Unknown } from "../../src/wire/layout.ts";
import { droppedCount, dropsOf, endedOf, isReason, reasonText } from "../../src/view/drops.ts";
import { Feed } from "../support/feed.ts";
import { address, dropped, ended, live, tick as plainTick, udp } from "../support/records.ts";

const tick = (ns: number) => plainTick(ns, { features: Feature.drops });

function second(...records: readonly Uint8Array[]) {
  const feed = new Feed();
  feed.sample(live({ state: 2 }), tick(1e9));
  return feed.sample(...records);
}

Deno.test("dropsOf() is empty where nothing was dropped, and null where that is not known", () => {
  deepStrictEqual(dropsOf(second(live(), tick(2e9)), 0), []);
  const old = second(live(), plainTick(2e9));
  deepStrictEqual([dropsOf(old, 0), droppedCount(old, 0)], [null, null]);
});

Deno.test("dropsOf() has the number alone of a UDP socket where the kernel gives no reason", () => {
  const datagrams = udp({ cookie: 5, firstNs: 1, remotePort: 9, rxDroppedPackets: 7, unknown: Unknown.droppedBytes });
  const sample = second(datagrams, plainTick(2e9)), row = sample.length - 1;
  deepStrictEqual(dropsOf(sample, row), [{ reason: null, direction: "in", packets: 7, bytes: null }]);
  strictEqual(droppedCount(sample, row), 7);
});

Deno.test("endedOf() says that this machine let no SYN out, and why", () => {
  const timedOut = ended({ state: 2, end: 128 | 110 });
  const reason = "this machine dropped its SYN: firewall (NETFILTER_DROP)";
  deepStrictEqual(endedOf(second(dropped(), timedOut, tick(2e9)), 0), {
    by: "kernel",
    how: "timeout",
    error: "ETIMEDOUT",
    reason,
  });
  strictEqual(endedOf(second(timedOut, tick(2e9)), 0)!.reason, null);
  const givenUp = endedOf(second(dropped(), ended({ state: 2, end: 5 }), tick(2e9)), 0)!;
  strictEqual(givenUp.reason, `closed before it was established; ${reason}`);
  // Nobody listens: that is the peer's word, and it happens to be this machine that says it.
  const unknown = { cookie: 0, direction: Direction.unknown, destination: address("1.1.1.1") };
  const refused = second(dropped("NO_SOCKET", unknown), ended({ state: 2, end: 128 | 111 }), tick(2e9));
  strictEqual(endedOf(refused, 0)!.reason, null);
});

Deno.test("isReason() takes the kernel's word and a person's", () => {
  for (const word of ["netfilter", "netfilter_drop", "firewall"]) ok(isReason("netfilter_drop", word), word);
  for (const word of ["qdisc", "queue", "interface"]) ok(isReason("qdisc_drop", word), word);
  ok(!isReason("qdisc_drop", "firewall") && !isReason(null, "firewall"));
});

Deno.test("reasonText() has a name for what it has no words for", () => {
  strictEqual(reasonText("neigh_failed"), "no neighbour answers (NEIGH_FAILED)");
  strictEqual(reasonText("vxlan_invalid_hdr"), "VXLAN_INVALID_HDR");
});
