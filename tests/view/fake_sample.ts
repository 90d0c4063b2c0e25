/** Samples made by hand for tests of what is shown. */
import ipaddr from "ipaddr.js";
import { Columns, FLOW_SCHEMA, Protocol } from "../../src/flow/columns.ts";
import { NO_HEALTH } from "../../src/flow/health.ts";
import { LIMIT_NAMES } from "../../src/flow/limit.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { TCP_STATES } from "../../src/view/flow.ts";
import { Direction, OwnerHow } from "../../src/wire/layout.ts";
import { NO_CGROUP } from "../../src/flow/container.ts";

export interface FakeFlow {
  readonly cookie?: number;
  /** null: nobody knows. */
  readonly process?: string | null;
  readonly pid?: number;
  readonly uid?: number;
  readonly protocol?: "tcp" | "udp";
  /** address port */
  readonly local?: readonly [string, number];
  readonly remote?: readonly [string, number];
  readonly state?: string;
  readonly direction?: "in" | "out";
  readonly rxDelta?: number;
  readonly txDelta?: number;
  readonly rx?: number;
  readonly tx?: number;
  readonly rttUs?: number;
  readonly retransmits?: number;
  readonly ageMs?: number;
  readonly closed?: boolean;
  readonly established?: boolean;
  readonly inside?: boolean;
  /** The same number at both ends. */
  readonly pair?: number;
  readonly loopback?: boolean;
  readonly unknown?: number;
  readonly scope?: number;
  /** What it waited for, and milliseconds: something under way, the peer's window closed, the send buffer full. */
  readonly limit?: (typeof LIMIT_NAMES)[number];
  readonly busyMs?: number;
  readonly peerWindowMs?: number;
  readonly sendBufferMs?: number;
  readonly txPackets?: number;
  readonly netns?: number;
}

export const NOW_NS = 1e15;
const encoder = new TextEncoder();

/** A sample of one second with these flows. */
export function fakeSample(flows: readonly FakeFlow[], more: Partial<Sample> = {}): Sample {
  const columns = new Columns(FLOW_SCHEMA, flows.length);
  flows.forEach((flow, i) => fill(columns, { cookie: i + 1, ...flow }));
  return {
    number: 1,
    wallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    timeNs: NOW_NS,
    intervalMs: 1000,
    host: { hostname: "h", os: "linux", kernel: "6.18.44", arch: "x86_64" },
    source: { tcp: "bpf", udp: "bpf", notes: [] },
    health: NO_HEALTH,
    opened: 0,
    closed: 0,
    failed: 0,
    timeWait: null,
    synRecv: null,
    selfCpuPercent: 0.7,
    selfRssBytes: 48e6,
    length: flows.length,
    flows: columns.arrays,
    users: new Map([[0, "root"], [1000, "ann"]]),
    cgroups: [NO_CGROUP],
    containers: new Map(),
    programs: new Map(),
    processes: new Map(),
    zones: new Map(),
    names: new Map(),
    answers: new Map(),
    hosts: new Map(),
    ...more,
  };
}

function fill(columns: Columns<typeof FLOW_SCHEMA>, flow: FakeFlow): void {
  const row = columns.add(), c = columns.arrays;
  const { local = ["10.0.0.2", 51812], remote = ["1.1.1.1", 443] } = flow;
  const bytes = ipaddr.parse(local[0]).toByteArray();
  c.cookieLow[row] = flow.cookie!;
  c.protocol[row] = Protocol[flow.protocol ?? "tcp"];
  c.family[row] = bytes.length === 4 ? 4 : 6;
  c.state[row] = TCP_STATES.indexOf(flow.state ?? "ESTABLISHED");
  c.localAddress.set(bytes, row * 16);
  c.remoteAddress.set(ipaddr.parse(remote[0]).toByteArray(), row * 16);
  [c.localPort[row], c.remotePort[row]] = [local[1], remote[1]];
  c.how[row] = flow.process === null ? OwnerHow.none : OwnerHow.connect;
  c.comm.set(encoder.encode(flow.process ?? "curl").subarray(0, 15), row * 16);
  c.tgid[row] = flow.pid ?? 1234;
  c.uid[row] = flow.uid ?? 1000;
  c.pair[row] = flow.pair ?? 0;
  c.direction[row] = flow.direction === "in" ? Direction.inbound : Direction.outbound;
  c.rxDelta[row] = flow.rxDelta ?? 0;
  c.txDelta[row] = flow.txDelta ?? 0;
  c.rxBytes[row] = flow.rx ?? flow.rxDelta ?? 0;
  c.txBytes[row] = flow.tx ?? flow.txDelta ?? 0;
  c.srttUs[row] = flow.rttUs ?? 0;
  c.cwnd[row] = 10;
  c.retransmits[row] = flow.retransmits ?? 0;
  c.openedNs[row] = flow.ageMs === undefined ? 0 : NOW_NS - flow.ageMs * 1e6;
  c.lastNs[row] = flow.closed ? NOW_NS : 0;
  c.closed[row] = flow.closed ? 1 : 0;
  c.inside[row] = flow.inside ?? flow.loopback ? 1 : 0;
  c.established[row] = flow.established === false ? 0 : 1;
  c.loopback[row] = flow.loopback ? 1 : 0;
  c.unknown[row] = flow.unknown ?? 0;
  c.scope[row] = flow.scope ?? 0;
  c.netns[row] = flow.netns ?? 0;
  c.txPackets[row] = flow.txPackets ?? 0;
  if (flow.limit === undefined) return;
  c.limitsKnown[row] = 1;
  c.limitedBy[row] = LIMIT_NAMES.indexOf(flow.limit);
  c.busyUs[row] = (flow.busyMs ?? 0) * 1000;
  c.peerWindowUs[row] = (flow.peerWindowMs ?? 0) * 1000;
  c.sendBufferUs[row] = (flow.sendBufferMs ?? 0) * 1000;
}
