import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { OwnerHow, Unknown } from "../../src/wire/layout.ts";
import { sampleOf } from "../support/feed.ts";
import { address, comm, live, tick } from "../support/records.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { UNTOLD } from "../support/untold.ts";

const factsOf = (record: Uint8Array) => flowFacts(sampleOf(tick(10e9), record, tick(11e9)), 0);

Deno.test("flowFacts() has every fact of a flow", () => {
  const { id, ...facts } = factsOf(live({
    openedNs: 10.5e9,
    timeNs: 11e9,
    rxBytes: 12345,
    txBytes: 678,
    rxPackets: 20,
    txPackets: 18,
    srttUs: 14000,
    rttvarUs: 900,
    cwnd: 10,
    retransmits: 3,
  }));
  strictEqual(typeof id, "string");
  deepStrictEqual(facts, {
    protocol: "tcp",
    family: 4,
    state: "ESTABLISHED",
    direction: "outbound",
    local: { address: "10.0.0.2", port: 51812 },
    remote: { address: "1.1.1.1", port: 443, name: null, name_from: null, real: null },
    pid: 1234,
    process: "curl",
    uid: 1000,
    user: "ann",
    netns: 4026531833,
    cgroup: null,
    container: null,
    rx_bytes: 12345,
    tx_bytes: 678,
    rx_bytes_delta: 12345,
    tx_bytes_delta: 678,
    rx_bytes_per_s: 12345,
    tx_bytes_per_s: 678,
    rx_packets: 20,
    tx_packets: 18,
    rtt_us: 14000,
    rtt_var_us: 900,
    cwnd: 10,
    retransmits: 3,
    age_ms: 500,
    exe: null,
    shared: false,
    rx_dropped_packets: null,
    rx_dropped_bytes: null,
    closed: false,
    loopback: false,
    established: true,
    inside: false,
    ...UNTOLD,
  });
});

Deno.test("flowFacts() says null, not 0, of what is not known", () => {
  const nobody = factsOf(live({ how: OwnerHow.none, openedNs: 0, srttUs: 0 }));
  deepStrictEqual([nobody.pid, nobody.process, nobody.user], [null, null, null]);
  deepStrictEqual([nobody.age_ms, nobody.rtt_us, nobody.rtt_var_us], [null, null, null]);
  const all = Object.values(Unknown).reduce((bits, bit) => bits | bit, 0);
  const { rx_bytes, tx_bytes_delta, rx_bytes_per_s, tx_packets, rtt_us, cwnd, retransmits, uid } = factsOf(
    live({ unknown: all, srttUs: 5 }),
  );
  deepStrictEqual([rx_bytes, tx_bytes_delta, rx_bytes_per_s, tx_packets, rtt_us, cwnd, retransmits, uid], [
    ...new Array(8).fill(null),
  ]);
});

Deno.test("flowFacts() has no remote for a listener", () => {
  const { remote, state } = factsOf(live({ state: TcpState.LISTEN, remotePort: 0, remoteAddress: address("0.0.0.0") }));
  deepStrictEqual([remote, state], [null, "LISTEN"]);
});

Deno.test("flowFacts() names the kernel's own sockets", () => {
  const { process, pid } = factsOf(live({ how: OwnerHow.kernel, tgid: 0, comm: comm("") }));
  deepStrictEqual([process, pid], ["[kernel]", 0]);
});

Deno.test("flowFacts() takes a name of 16 bytes whole, and bytes that are no text", () => {
  strictEqual(factsOf(live({ comm: comm("sixteen-bytes-xx") })).process, "sixteen-bytes-xx");
  strictEqual(factsOf(live({ comm: new Uint8Array([0x61, 0xff, 0x62]) })).process, "a\ufffdb");
});

Deno.test("flowFacts() gives different ids to one socket's connections, and the same id in every sample", () => {
  const ids = [100, 200].map((openedNs) => factsOf(live({ openedNs })).id);
  strictEqual(new Set(ids).size, 2);
  strictEqual(factsOf(live({ openedNs: 100, rxBytes: 9 })).id, ids[0]);
});
