/** What one row of a table of flows says by itself. */
import { isUnspecified } from "./address.ts";
import { type FlowArrays, Protocol, Unknown } from "./columns.ts";
import { LIMIT_NAMES } from "./limit.ts";
import { Overflows } from "./overflow_kind.ts";
import { OwnerHow, Several } from "../wire/layout.ts";
import { TcpState } from "../wire/tcp_state.ts";

export function isTcp(flows: FlowArrays, row: number): boolean {
  return flows.protocol[row] === Protocol.tcp;
}

/** Without a peer both port and address are zero. One of them alone is not enough to tell: a datagram may come from port 0. */
export function hasPeer(flows: FlowArrays, row: number): boolean {
  return flows.remotePort[row] !== 0 || !isUnspecified(flows.remoteAddress, row * 16);
}

export function isListener(flows: FlowArrays, row: number): boolean {
  return flows.protocol[row] === Protocol.tcp && flows.state[row] === TcpState.LISTEN;
}

/** Its handshake has not ended. */
export function isConnecting(flows: FlowArrays, row: number): boolean {
  const state = flows.state[row];
  return isTcp(flows, row) && (state === TcpState.SYN_SENT || state === TcpState.SYN_RECV);
}

/** It is a TCP connection that has ended and never was established. */
export function hasFailed(flows: FlowArrays, row: number): boolean {
  return flows.closed[row] === 1 && isTcp(flows, row) && !isListener(flows, row) && flows.established[row] === 0;
}

export function hasOwner(flows: FlowArrays, row: number): boolean {
  return flows.how[row] !== OwnerHow.none;
}

/** Whether processes other than the owner hold the socket too; null: no owner, or not known. */
export function isShared(flows: FlowArrays, row: number): boolean | null {
  if (!hasOwner(flows, row) || flows.several[row] === Several.unknown) return null;
  return flows.several[row] === Several.yes;
}

/** A socket may connect again and a cookie lives as long as the socket: with the time of opening it names one connection. A UDP
 * socket has many flows, begun at different times or, on two CPUs at once, with different peers. */
export function flowId(f: FlowArrays, row: number): string {
  // Both halves apart: as one number, cookies that netlink has marked with their namespace's would share their last digits.
  const high = f.cookieHigh[row],
    low = f.cookieLow[row].toString(36),
    cookie = high === 0 ? low : `${high.toString(36)}.${low}`;
  const opened = f.openedNs[row] === 0 ? "" : `-${f.openedNs[row].toString(36)}`;
  const host = f.host[row] === 0 ? "" : `@${f.host[row]}`;
  if (f.protocol[row] === Protocol.tcp) return `t${cookie}${opened}${host}`;
  return `u${cookie}${opened}-${f.remotePort[row].toString(36)}${host}`;
}

/** Whether a row is that of this id, without a text for each that is asked for: the lower half of the cookie tells nearly all apart. */
export function isFlow(f: FlowArrays, id: string): (row: number) => boolean {
  const low = parseInt(/^[tu](?:[0-9a-z]+\.)?([0-9a-z]+)/.exec(id)?.[1] ?? "", 36);
  return (row) => f.cookieLow[row] === low && flowId(f, row) === id;
}

/** `value`, or null where the source cannot tell it: `bit` is one of Unknown. */
export function known(flows: FlowArrays, row: number, bit: number, value: number): number | null {
  return flows.unknown[row] & bit ? null : value;
}

/** What is not known adds nothing. */
export function plus(sum: number | null, value: number | null): number | null {
  return value === null ? sum : (sum ?? 0) + value;
}

export function rxBytes(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.bytes, flows.rxBytes[row]);
}

export function txBytes(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.bytes, flows.txBytes[row]);
}

export function rxDelta(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.bytes, flows.rxDelta[row]);
}

export function txDelta(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.bytes, flows.txDelta[row]);
}

export function rxPackets(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.packets, flows.rxPackets[row]);
}

export function txPackets(flows: FlowArrays, row: number): number | null {
  return known(flows, row, Unknown.packets, flows.txPackets[row]);
}

/** null: not measured yet, not known, or UDP; the same goes for its variation. */
export function rttUs(flows: FlowArrays, row: number): number | null {
  return isTcp(flows, row) && flows.srttUs[row] > 0 ? known(flows, row, Unknown.rtt, flows.srttUs[row]) : null;
}

export function rttVarUs(flows: FlowArrays, row: number): number | null {
  return rttUs(flows, row) === null ? null : flows.rttvarUs[row] || null;
}

/** Of TCP alone, as the window is. */
export function retransmits(flows: FlowArrays, row: number): number | null {
  return isTcp(flows, row) ? known(flows, row, Unknown.retransmits, flows.retransmits[row]) : null;
}

export function cwnd(flows: FlowArrays, row: number): number | null {
  return isTcp(flows, row) ? known(flows, row, Unknown.cwnd, flows.cwnd[row]) : null;
}

/** Datagrams that never reached the process; null: not known, or TCP, which sends again what is lost. */
export function droppedPackets(flows: FlowArrays, row: number): number | null {
  return isTcp(flows, row) ? null : known(flows, row, Unknown.droppedPackets, flows.rxDroppedPackets[row]);
}

export function droppedBytes(flows: FlowArrays, row: number): number | null {
  return isTcp(flows, row) ? null : known(flows, row, Unknown.droppedBytes, flows.rxDroppedBytes[row]);
}

/** What the flow waited for in this sample, as JSON has it; null: the source cannot say, or only the other end could. */
export function limitedBy(flows: FlowArrays, row: number): typeof LIMIT_NAMES[number] {
  return LIMIT_NAMES[flows.limitedBy[row]];
}

/** Netlink lists a connection that was reset, say, in CLOSE until its process lets go of it. */
export function hasEnded(flows: FlowArrays, row: number): boolean {
  return flows.closed[row] === 1 || isTcp(flows, row) && flows.state[row] === TcpState.CLOSE;
}

type Held = "busyUs" | "peerWindowUs" | "sendBufferUs" | "sendQueue" | "unsent" | "receiveQueue";

/** One of the figures behind limitedBy(); null: not known, as of what has ended: it was seen last before the sample, and has moved since. */
export function held(flows: FlowArrays, row: number, what: Held): number | null {
  return flows.limitsKnown[row] && !hasEnded(flows, row) && !isListener(flows, row) ? flows[what][row] : null;
}

export interface AcceptQueue {
  /** Connections that wait to be accepted. */
  readonly length: number;
  /** With one more than that the queue is full: sk_acceptq_is_full(). */
  readonly limit: number;
  /** Connections that it turned away since tcptop began, each attempt of a client; null: not known so exactly. */
  readonly overflows: number | null;
  /** There were no more than that; null: not known. */
  readonly overflows_at_most: number | null;
}

/** null: no listener, or not known. */
export function acceptQueue(flows: FlowArrays, row: number): AcceptQueue | null {
  if (!isListener(flows, row) || !flows.limitsKnown[row]) return null;
  const are = flows.overflowsAre[row], overflows = flows.overflows[row];
  return {
    length: flows.receiveQueue[row],
    limit: flows.sendQueue[row],
    overflows: are === Overflows.exact ? overflows : null,
    overflows_at_most: are === Overflows.unknown ? null : overflows,
  };
}

/** Bytes that wait at this end, to be sent, acknowledged or read. */
export function queued(flows: FlowArrays, row: number): number | null {
  const sent = held(flows, row, "sendQueue"), received = held(flows, row, "receiveQueue");
  return sent === null || received === null ? null : sent + received;
}

export function minRttUs(flows: FlowArrays, row: number): number | null {
  return flows.minRttUs[row] || null;
}
