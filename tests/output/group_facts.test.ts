import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Unknown } from "../../src/flow/columns.ts";
import { Limit } from "../../src/flow/limit.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { End } from "../../src/wire/layout.ts";
import { TOTAL_RATE } from "../../src/view/column.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { groupRows } from "../../src/view/group.ts";
import { type GroupFacts, groupFacts } from "../../src/output/group_facts.ts";
import { type Grouping, GROUPINGS } from "../../src/view/group_key.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";

const byRate = { column: TOTAL_RATE, descending: true };

function facts(sample: Sample, by: Grouping): GroupFacts[] {
  const rows = Array.from({ length: sample.length }, (_, row) => row);
  return groupRows(sample, rows, by, byRate).map((group) => groupFacts(sample, group, by));
}

const NOTHING = Unknown.bytes | Unknown.packets | Unknown.droppedPackets | Unknown.droppedBytes;
const SAMPLE = fakeSample([
  { process: "curl", remote: ["1.1.1.1", 443], rx: 1009, rxDelta: 503, txDelta: 7, retransmits: 3, closed: true },
  { process: "curl", remote: ["1.0.0.1", 443], rx: 23, rxDelta: 1, protocol: "udp" },
  { process: null, remote: ["9.9.9.9", 53], protocol: "udp", unknown: NOTHING },
], { names: new Map([["1.1.1.1", "one.example"], ["1.0.0.1", "one.example"]]), intervalMs: 700 });

Deno.test("groupFacts() adds up what is known, and has null for what is not", () => {
  const [curl, nobody] = facts(SAMPLE, "process");
  deepStrictEqual(curl, {
    key: "curl",
    process: "curl",
    flows: 2,
    tcp: 1,
    udp: 1,
    closed: 1,
    rx_bytes: 1032,
    tx_bytes: 7,
    rx_bytes_delta: 504,
    tx_bytes_delta: 7,
    rx_bytes_per_s: 720,
    tx_bytes_per_s: 10,
    rx_packets: 0,
    tx_packets: 0,
    retransmits: 3,
    rx_dropped_packets: 0,
    rx_dropped_bytes: 0,
    ended: null,
    failed: 0,
    reset: null,
    limited_by: null,
    dropped: [],
  });
  const { key, process, flows, closed, failed, reset, ...figures } = nobody;
  deepStrictEqual([key, process, flows, closed, failed, reset, figures.tcp, figures.udp], [
    null,
    null,
    1,
    0,
    0,
    0,
    0,
    1,
  ]);
  const { tcp: _, udp: __, ...sums } = figures;
  deepStrictEqual(new Set(Object.values(sums)), new Set([null]));
});

Deno.test("groupFacts() counts flows by what they waited for, and how many failed or were reset", () => {
  const ended = { process: "curl", closed: true, state: "CLOSED" };
  const sample = fakeSample([
    ...Array.from({ length: 5 }, () => ({ process: "curl" })),
    { ...ended, established: false },
    ended,
    ended,
    ended,
  ]);
  sample.flows.limitedBy.set([Limit.reader, Limit.idle, Limit.reader, Limit.network, Limit.unknown]);
  const unreachable = End.error | 113, reset = End.error | 104;
  sample.flows.end.set([unreachable, reset, End.resetUnread, End.finPeer], 5);
  const [{ closed, failed, reset: resets, limited_by }] = facts(sample, "process");
  deepStrictEqual([closed, failed, resets], [4, 1, 2]);
  deepStrictEqual(limited_by, {
    idle: 1,
    application: 0,
    peer_window: 0,
    send_buffer: 0,
    network: 1,
    loss: 0,
    reader: 2,
  });
});

Deno.test("groupFacts() has the fields that fit the grouping", () => {
  const first = (by: Grouping, sample = SAMPLE) => {
    const { key, process, remote, port, protocol, container, cgroup, peer } = facts(sample, by)[0];
    return { key, process, remote, port, protocol, container, cgroup, peer };
  };
  const fields = ["process", "remote", "port", "protocol", "container", "cgroup", "peer"];
  const none = Object.fromEntries(fields.map((field) => [field, undefined]));
  deepStrictEqual(first("remote"), {
    ...none,
    key: "one.example",
    remote: { address: null, name: "one.example" },
  });
  deepStrictEqual(first("remote", fakeSample([{}])).remote, { address: "1.1.1.1", name: null });
  deepStrictEqual(first("remote", fakeSample([{ remote: ["0.0.0.0", 0] }])), { ...none, key: null, remote: null });
  deepStrictEqual(first("port"), { ...none, key: "443/tcp", port: 443, protocol: "tcp" });
  deepStrictEqual(first("container"), { ...none, key: null, container: null });
  const id = "0".repeat(64), inside = fakeSample([{}], { cgroups: [NO_CGROUP, cgroupOf(`/docker/${id}`)] });
  inside.flows.cgroup[0] = 1;
  deepStrictEqual(first("container", inside), { ...none, key: id, container: { id, runtime: "docker", name: null } });
  deepStrictEqual(first("cgroup", inside), { ...none, key: `/docker/${id}`, cgroup: `/docker/${id}` });
  deepStrictEqual(first("cgroup"), { ...none, key: null, cgroup: null });
  const pair = fakeSample([{ local: ["10.0.0.2", 9], remote: ["10.0.0.2", 80], inside: true }, {
    process: "httpd",
    local: ["10.0.0.2", 80],
    remote: ["10.0.0.2", 9],
    direction: "in",
    inside: true,
  }], { cgroups: [NO_CGROUP, cgroupOf(`/docker/${id}`)], containers: new Map([[id, "web"]]) });
  pair.flows.cgroup[1] = 1;
  pair.flows.pair.fill(7, 0, 2);
  const container = { id, runtime: "docker", name: "web" };
  deepStrictEqual(facts(pair, "peer").map(({ key, process, peer }) => ({ key, process, peer })), [
    {
      key: "curl → httpd (web)",
      process: "curl",
      peer: { kind: "process", key: "httpd", container, direction: "outbound" },
    },
    {
      key: "httpd (web) ← curl",
      process: "httpd",
      peer: { kind: "process", key: "curl", container: null, direction: "inbound" },
    },
  ]);
  deepStrictEqual(first("peer", fakeSample([{ remote: ["0.0.0.0", 0] }])), {
    ...none,
    key: null,
    process: "curl",
    peer: null,
  });
  deepStrictEqual(first("peer", fakeSample([{}])).peer?.key, "1.1.1.0/24");
});

Deno.test("groupFacts() has an address once for all rows that share it", () => {
  const sample = fakeSample([{ remote: ["1.1.1.1", 443] }, { remote: ["1.1.1.1", 80] }], {
    names: new Map([["1.1.1.1", "\x1b.example"]]),
  });
  const [{ key, remote }] = facts(sample, "remote");
  deepStrictEqual([key, remote], ["␛.example", { address: "1.1.1.1", name: "\x1b.example" }]);
});

const flow = fc.record({
  process: fc.constantFrom("curl", "sshd", "(not known)", null),
  protocol: fc.constantFrom("tcp", "udp"),
  remote: fc.constantFrom(["1.1.1.1", 443], ["9.9.9.9", 53], ["::1", 443], ["0.0.0.0", 0]),
  direction: fc.constantFrom("in", "out"),
  rx: fc.nat({ max: 2 ** 40 }),
  tx: fc.nat({ max: 2 ** 40 }),
  rxDelta: fc.nat({ max: 2 ** 30 }),
  txDelta: fc.nat({ max: 2 ** 30 }),
  retransmits: fc.nat({ max: 1000 }),
  closed: fc.boolean(),
  unknown: fc.constantFrom(0, 0, Unknown.bytes, Unknown.packets, Unknown.retransmits),
}) as fc.Arbitrary<FakeFlow>;

const SUMMED = [
  "rx_bytes",
  "tx_bytes",
  "rx_bytes_delta",
  "tx_bytes_delta",
  "rx_packets",
  "tx_packets",
  "retransmits",
  "rx_dropped_packets",
  "rx_dropped_bytes",
] as const;

/** null where none is known. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

Deno.test("groupFacts() of all groups add up to the flows, whatever they are grouped by", () => {
  fc.assert(fc.property(fc.array(flow, { maxLength: 40 }), fc.constantFrom(...GROUPINGS), (flows, by) => {
    const sample = fakeSample(flows), groups = facts(sample, by), totals = totalsOf(sample);
    const all = flows.map((_, row) => flowFacts(sample, row));
    for (const name of SUMMED) strictEqual(sum(groups.map((group) => group[name])), sum(all.map((one) => one[name])));
    const count = (name: "flows" | "tcp" | "udp" | "closed") => sum(groups.map((group) => group[name])) ?? 0;
    deepStrictEqual([count("flows"), count("tcp"), count("udp")], [totals.flows, totals.tcp, totals.udp]);
    strictEqual(count("closed"), all.filter(({ closed }) => closed).length);
    for (const name of ["rx_bytes_per_s", "tx_bytes_per_s"] as const) {
      const [ours, theirs] = [groups, all].map((list) => sum(list.map((one) => one[name])));
      strictEqual(ours?.toFixed(1), theirs?.toFixed(1));
    }
    strictEqual(new Set(groups.map(({ key }) => key)).size, groups.length);
  }));
});
