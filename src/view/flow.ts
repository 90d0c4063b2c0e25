/** One flow as facts a user can read: the shape of the JSON document, and where every text comes from. */
import { type FlowArrays, Protocol, Unknown } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import { Direction, OwnerHow, Several } from "../wire/layout.ts";
import { TcpState } from "../wire/tcp_state.ts";
import { isUnspecified } from "../flow/address.ts";
import { addressText, endpointText } from "./address.ts";
import { InternedTexts } from "./intern.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Container {
  readonly id: string;
  readonly runtime: string;
  readonly name: string | null;
}

export interface FlowFacts {
  readonly id: string;
  readonly protocol: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly state: string;
  readonly direction: "outbound" | "inbound" | null;
  readonly local: Endpoint;
  readonly remote: (Endpoint & { readonly name: string | null }) | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly uid: number | null;
  readonly user: string | null;
  readonly netns: number | null;
  readonly cgroup: string | null;
  readonly container: Container | null;
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  readonly rx_bytes_delta: number | null;
  readonly tx_bytes_delta: number | null;
  readonly rx_bytes_per_s: number | null;
  readonly tx_bytes_per_s: number | null;
  readonly rx_packets: number | null;
  readonly tx_packets: number | null;
  /** Datagrams that came in and never reached the process. */
  readonly rx_dropped_packets: number | null;
  readonly rx_dropped_bytes: number | null;
  readonly rtt_us: number | null;
  readonly rtt_var_us: number | null;
  readonly cwnd: number | null;
  readonly retransmits: number | null;
  readonly age_ms: number | null;
  readonly closed: boolean;
  readonly loopback: boolean;
  /** File name of the process's executable. */
  readonly exe: string | null;
  /** Processes other than the owner hold the socket too. */
  readonly shared: boolean | null;
  /** false: not yet, or it never was; null: no connection (UDP, a listener). */
  readonly established: boolean | null;
  /** Both ends are this machine's: it never leaves it. */
  readonly inside: boolean;
}

/** By number: the kernel's names, but that people say CLOSED. 0 is that of a record that does not tell. */
export const TCP_STATES: readonly string[] = [
  "UNKNOWN",
  ...Object.keys(TcpState).map((name) => name === "CLOSE" ? "CLOSED" : name),
];

export const KERNEL_PROCESS = "[kernel]";
const KEPT_NAMES = 1 << 12;
const names = new InternedTexts(KEPT_NAMES);
const decoder = new TextDecoder();

/** null: not known, or the process is outside of the PID namespace that tcptop is in, where it has no number. */
export function pidOf(flows: FlowArrays, row: number): number | null {
  if (!hasOwner(flows, row)) return null;
  return flows.tgid[row] !== 0 || flows.how[row] === OwnerHow.kernel ? flows.tgid[row] : null;
}

export function hasOwner(flows: FlowArrays, row: number): boolean {
  return flows.how[row] !== OwnerHow.none;
}

/** One process for good: a pid comes again. */
export interface ProcessId {
  readonly pid: number;
  readonly startNs: number;
}

/** The file name of the owner's executable, as it is; null: not known, or the kernel itself. */
export function executable({ flows, programs }: Sample, row: number): string | null {
  return flows.exe[row] === 0 ? null : programs.get(flows.exe[row]) ?? null;
}

/** The process's own name: the kernel keeps 15 bytes of it, more is told where it can be known. Not made harmless for any output. */
export function processName({ flows, processes, programs }: Sample, row: number): string | null {
  if (flows.how[row] === OwnerHow.none) return null;
  if (flows.how[row] === OwnerHow.kernel) return KERNEL_PROCESS;
  const name = processes.get(flows.tgid[row]);
  if (name !== undefined) return name;
  const whole = flows.wholeName[row] === 0 ? undefined : programs.get(flows.wholeName[row]);
  if (whole !== undefined) return whole;
  return names.text(flows.comm, row * 16, 0, () => {
    const comm = flows.comm.subarray(row * 16, row * 16 + 16), end = comm.indexOf(0);
    return decoder.decode(end < 0 ? comm : comm.subarray(0, end));
  });
}

/** By UdpState. */
const UDP_STATES = ["UNKNOWN", "ACTIVE", "IDLE", "EXPIRED"] as const;

export function stateName(flows: FlowArrays, row: number): string {
  return (isTcp(flows, row) ? TCP_STATES : UDP_STATES)[flows.state[row]] ?? "UNKNOWN";
}

export function isTcp(flows: FlowArrays, row: number): boolean {
  return flows.protocol[row] === Protocol.tcp;
}

/** A datagram may come from port 0, and no peer has neither port nor address: the unspecified one is nobody's. */
export function hasPeer(flows: FlowArrays, row: number): boolean {
  return flows.remotePort[row] !== 0 || !isUnspecified(flows.remoteAddress, row * 16);
}

export function isListener(flows: FlowArrays, row: number): boolean {
  return flows.protocol[row] === Protocol.tcp && flows.state[row] === TcpState.LISTEN;
}

/** On its way to being established. */
export function isConnecting(flows: FlowArrays, row: number): boolean {
  const state = flows.state[row];
  return isTcp(flows, row) && (state === TcpState.SYN_SENT || state === TcpState.SYN_RECV);
}

/** The owner's user; null: the owner or the user is not known. */
export function uidOf(flows: FlowArrays, row: number): number | null {
  return hasOwner(flows, row) ? known(flows, row, Unknown.uid, flows.uid[row]) : null;
}

/** `value`, or null where the source cannot tell it: `bit` is one of Unknown. */
export function known(flows: FlowArrays, row: number, bit: number, value: number): number | null {
  return flows.unknown[row] & bit ? null : value;
}

/** Datagrams that never reached the process; null: not known, or TCP, which sends again what is lost. */
export function droppedPackets(f: FlowArrays, row: number): number | null {
  return isTcp(f, row) ? null : known(f, row, Unknown.droppedPackets, f.rxDroppedPackets[row]);
}

/** Bytes a second to one decimal. */
export function perSecond(delta: number, intervalMs: number): number {
  return intervalMs > 0 ? Math.round(delta / intervalMs * 10000) / 10 : 0;
}

export function flowFacts(sample: Sample, row: number): FlowFacts {
  const f = sample.flows, uid = uidOf(f, row);
  const figure = (bit: number, value: number) => known(f, row, bit, value);
  const owned = hasOwner(f, row), tcp = isTcp(f, row);
  const measured = tcp && f.srttUs[row] > 0;
  return {
    id: flowId(f, row),
    protocol: tcp ? "tcp" : "udp",
    family: f.family[row] === 4 ? 4 : 6,
    state: stateName(f, row),
    direction: directionName(f, row),
    local: { address: localAddress(f, row), port: f.localPort[row] },
    remote: hasPeer(f, row)
      ? { address: remoteAddress(f, row), port: f.remotePort[row], name: remoteName(sample, row) }
      : null,
    pid: pidOf(f, row),
    process: processName(sample, row),
    uid,
    user: uid === null ? null : sample.users.get(uid) ?? null,
    netns: f.netns[row] || null,
    cgroup: cgroupPath(sample, row),
    container: container(sample, row),
    rx_bytes: figure(Unknown.bytes, f.rxBytes[row]),
    tx_bytes: figure(Unknown.bytes, f.txBytes[row]),
    rx_bytes_delta: figure(Unknown.bytes, f.rxDelta[row]),
    tx_bytes_delta: figure(Unknown.bytes, f.txDelta[row]),
    rx_bytes_per_s: figure(Unknown.bytes, perSecond(f.rxDelta[row], sample.intervalMs)),
    tx_bytes_per_s: figure(Unknown.bytes, perSecond(f.txDelta[row], sample.intervalMs)),
    rx_packets: figure(Unknown.packets, f.rxPackets[row]),
    tx_packets: figure(Unknown.packets, f.txPackets[row]),
    rtt_us: measured ? figure(Unknown.rtt, f.srttUs[row]) : null,
    rtt_var_us: measured && f.rttvarUs[row] > 0 ? figure(Unknown.rtt, f.rttvarUs[row]) : null,
    cwnd: tcp ? figure(Unknown.cwnd, f.cwnd[row]) : null,
    retransmits: tcp ? figure(Unknown.retransmits, f.retransmits[row]) : null,
    age_ms: ageMs(sample, row),
    closed: f.closed[row] === 1,
    loopback: f.loopback[row] === 1,
    exe: executable(sample, row),
    shared: owned && f.several[row] !== Several.unknown ? f.several[row] === Several.yes : null,
    established: !tcp || isListener(f, row) ? null : f.established[row] === 1,
    inside: f.inside[row] === 1,
    rx_dropped_packets: droppedPackets(f, row),
    rx_dropped_bytes: tcp ? null : figure(Unknown.droppedBytes, f.rxDroppedBytes[row]),
  };
}

/** A socket may connect again and a cookie lives as long as the socket: with the time of opening it names one connection. A UDP
 * socket has many flows, begun at different times or, on two CPUs at once, with different peers. */
export function flowId(f: FlowArrays, row: number): string {
  // Both halves apart: as one number, cookies that netlink has marked with their namespace's would share their last digits.
  const high = f.cookieHigh[row],
    low = f.cookieLow[row].toString(36),
    cookie = high === 0 ? low : `${high.toString(36)}.${low}`;
  const opened = f.openedNs[row] === 0 ? "" : `-${f.openedNs[row].toString(36)}`;
  if (f.protocol[row] === Protocol.tcp) return `t${cookie}${opened}`;
  return `u${cookie}${opened}-${f.remotePort[row].toString(36)}`;
}

export function localAddress(f: FlowArrays, row: number): string {
  return addressText(f.family[row], f.localAddress, row * 16, f.scope[row]);
}

export function remoteAddress(f: FlowArrays, row: number): string {
  return addressText(f.family[row], f.remoteAddress, row * 16, f.scope[row]);
}

export function localEndpoint(f: FlowArrays, row: number): string {
  return endpointText(localAddress(f, row), f.family[row], f.localPort[row]);
}

/** "*": no peer. */
export function remoteEndpoint(f: FlowArrays, row: number): string {
  return hasPeer(f, row) ? endpointText(remoteAddress(f, row), f.family[row], f.remotePort[row]) : "*";
}

/** The peer's name from reverse DNS, as the network gave it; null while there is none. */
export function remoteName(sample: Sample, row: number): string | null {
  return sample.names.size === 0 ? null : sample.names.get(remoteAddress(sample.flows, row)) ?? null;
}

/** The owner's cgroup, as the kernel has it; null: not known. */
export function cgroupPath({ cgroups, flows }: Sample, row: number): string | null {
  return flows.cgroup[row] === 0 ? null : cgroups[flows.cgroup[row]]?.path ?? null;
}

/** null: in none, or not known. */
export function container(sample: Sample, row: number): Container | null {
  const { cgroups, containers, flows } = sample, known = cgroups[flows.cgroup[row]]?.container;
  return known ? { ...known, name: containers.get(known.id) ?? null } : null;
}

/** Until the sample or, for a flow that has ended, until its end. */
export function ageMs(sample: Sample, row: number): number | null {
  const { openedNs, lastNs, closed } = sample.flows;
  if (openedNs[row] === 0 || sample.flows.unknown[row] & Unknown.age) return null;
  const endNs = closed[row] ? lastNs[row] : sample.timeNs;
  return Math.max(0, Math.round((endNs - openedNs[row]) / 1e6));
}

export function directionName(f: FlowArrays, row: number): "outbound" | "inbound" | null {
  const direction = f.direction[row];
  if (direction === Direction.outbound) return "outbound";
  return direction === Direction.inbound ? "inbound" : null;
}
