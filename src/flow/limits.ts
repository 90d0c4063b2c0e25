/** The part of the TCP table that has what holds connections up: counts since each began, and what of them belongs to this sample. */
import type { TcpLimits } from "../decode/cursor.ts";
import { Sending } from "../wire/layout.ts";
import type { Arrays, FLOW_SCHEMA } from "./columns.ts";
import { TcpState } from "../wire/tcp_state.ts";
import { hasEnded, isListener } from "./row.ts";
import { type Interval, Limit, limitOf } from "./limit.ts";

/** What the table alone needs of a row. Times in microseconds, of the whole connection. */
export const LIMITS_SCHEMA = {
  busyAll: "f64",
  peerWindowAll: "f64",
  sendBufferAll: "f64",
  /** The same, packets and queue at the last sample. */
  busyBefore: "f64",
  peerWindowBefore: "f64",
  sendBufferBefore: "f64",
  txPacketsBefore: "f64",
  retransmitsBefore: "f64",
  receiveQueueBefore: "u32",
  segmentWaits: "u8",
  appLimited: "u8",
  cwndLimited: "u8",
  lostNow: "u8",
  /** 2: a record has spoken of the row since the last sample; 1: since the one before; 0: neither, and each sample says the same of it. */
  moved: "u8",
} as const;

type Rows = Arrays<typeof FLOW_SCHEMA & typeof LIMITS_SCHEMA>;

/** `isFresh`: it began after the source did, and all of it belongs to samples. */
export function noteLimits(c: Rows, row: number, record: TcpLimits, isFresh: boolean): void {
  c.busyAll[row] = record.busyUs;
  c.peerWindowAll[row] = record.peerWindowUs;
  c.sendBufferAll[row] = record.sendBufferUs;
  c.sendQueue[row] = record.sendQueue;
  c.unsent[row] = record.unsent;
  c.receiveQueue[row] = record.receiveQueue;
  c.minRttUs[row] = record.minRttUs;
  c.segmentWaits[row] = record.sending & Sending.segmentWaits ? 1 : 0;
  c.appLimited[row] = record.sending & Sending.appLimited ? 1 : 0;
  c.cwndLimited[row] = record.sending & Sending.cwndLimited ? 1 : 0;
  c.lostNow[row] = record.sending & Sending.lost ? 1 : 0;
  if (!c.limitsKnown[row] && !isFresh) settleRow(c, row);
  c.limitsKnown[row] = 1;
}

function settleRow(c: Rows, row: number): void {
  c.busyBefore[row] = c.busyAll[row];
  c.peerWindowBefore[row] = c.peerWindowAll[row];
  c.sendBufferBefore[row] = c.sendBufferAll[row];
  c.txPacketsBefore[row] = c.txPackets[row];
  c.retransmitsBefore[row] = c.retransmits[row];
  c.receiveQueueBefore[row] = c.receiveQueue[row];
}

export function settleLimits(c: Rows, length: number): void {
  for (let row = 0; row < length; row++) if (c.moved[row] && c.limitsKnown[row]) settleRow(c, row);
}

/** One for all rows: a sample makes no garbage. */
const interval: { -readonly [F in keyof Interval]: Interval[F] } = {
  us: 0,
  busyUs: 0,
  peerWindowUs: 0,
  sendBufferUs: 0,
  rxBytes: 0,
  txBytes: 0,
  txPackets: 0,
  retransmits: 0,
  segmentWaits: false,
  receiveQueue: 0,
  receiveQueueBefore: 0,
  appLimited: false,
  cwndLimited: false,
  lost: false,
};

/** Fills the columns of this sample, which lasted from beforeNs to nowNs. What has ended has no word: it was seen last before the sample. Nor has
 * what waits for an answer to its SYN: of that the kernel keeps no time, and it is not idle. */
export function measureLimits(c: Rows, length: number, beforeNs: number, nowNs: number): void {
  for (let row = 0; row < length; row++) {
    if (!c.moved[row] || !c.limitsKnown[row]) continue;
    c.busyUs[row] = Math.max(0, c.busyAll[row] - c.busyBefore[row]);
    c.peerWindowUs[row] = Math.max(0, c.peerWindowAll[row] - c.peerWindowBefore[row]);
    c.sendBufferUs[row] = Math.max(0, c.sendBufferAll[row] - c.sendBufferBefore[row]);
    c.limitedBy[row] = hasEnded(c, row) || isListener(c, row) || c.state[row] === TcpState.SYN_SENT
      ? Limit.unknown
      : rowLimit(c, row, beforeNs, nowNs);
  }
}

function rowLimit(c: Rows, row: number, beforeNs: number, nowNs: number): Limit {
  interval.us = (nowNs - beforeNs) / 1000;
  interval.busyUs = c.busyUs[row];
  interval.peerWindowUs = c.peerWindowUs[row];
  interval.sendBufferUs = c.sendBufferUs[row];
  interval.rxBytes = c.rxDelta[row];
  interval.txBytes = c.txDelta[row];
  interval.txPackets = c.txPackets[row] - c.txPacketsBefore[row];
  interval.retransmits = c.retransmits[row] - c.retransmitsBefore[row];
  interval.segmentWaits = c.segmentWaits[row] === 1;
  interval.receiveQueue = c.receiveQueue[row];
  interval.receiveQueueBefore = c.receiveQueueBefore[row];
  interval.appLimited = c.appLimited[row] === 1;
  interval.cwndLimited = c.cwndLimited[row] === 1;
  interval.lost = c.lostNow[row] === 1;
  return limitOf(interval);
}
