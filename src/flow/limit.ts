/**
 * What a connection waits for: one word for each sample, from what happened in that sample alone. docs/why.md says in words what each of
 * them means; the thresholds stand here and nowhere else.
 */

/** Order is that of preference where several might fit, and of nothing else. */
export const Limit = {
  unknown: 0,
  idle: 1,
  application: 2,
  peerWindow: 3,
  sendBuffer: 4,
  network: 5,
  loss: 6,
  reader: 7,
} as const;
export type Limit = typeof Limit[keyof typeof Limit];

/** By their numbers, as JSON has them; null: not known. */
export const LIMIT_NAMES = [
  null,
  "idle",
  "application",
  "peer_window",
  "send_buffer",
  "network",
  "loss",
  "reader",
] as const;

/** What happened to a connection in a sample. Times in microseconds. */
export interface Interval {
  /** Of the sample, also of a connection that began within it: what it waited for in its first moments says little. */
  readonly us: number;
  readonly busyUs: number;
  readonly peerWindowUs: number;
  readonly sendBufferUs: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly retransmits: number;
  /** At the end of the sample: whole segments wait to be sent. */
  readonly segmentWaits: boolean;
  /** At the end of the sample: something is taken for lost, was not acknowledged since, and the peer's window is not closed; or this machine has
   * refused what waits, and nothing is under way. */
  readonly lost: boolean;
  /** In bytes. */
  readonly receiveQueue: number;
  readonly receiveQueueBefore: number;
  /** The congestion window was full when it was last looked at. */
  readonly cwndLimited: boolean;
  /** The last delivery that the kernel measured began with nothing more to send. By itself it says little: it is not set while a packet is still
   * in a queue of this machine. */
  readonly appLimited: boolean;
}

/** Below this share of the time, what is sent is sent at once and acknowledged soon: nothing of the path holds it up. */
const BUSY = 0.1;
/** One of the two reasons that the kernel keeps time of must have had this share of the busy time to stand for the sample. */
const MOST = 0.5;
/** One segment in a hundred sent again. A path that loses less gives most congestion controls no reason to slow down that anybody would see beside
 * its round trip; retransmissions that were not needed (reordering, a late acknowledgement) stay below. */
const LOSSY = 0.01;
/** One or two that were not needed are more than a hundredth where little is sent. So few count where they are many of all, and something was under
 * way for most of the time, as it is between one retransmission timeout and the next. */
const FEW = 3, MANY = 0.1;

export function limitOf(i: Interval): Limit {
  if (i.us <= 0) return Limit.unknown;
  const sending = i.busyUs >= i.us * BUSY ? sendingLimit(i) : null;
  if (sending !== null && sending !== Limit.application) return sending;
  if (isNotRead(i)) return Limit.reader;
  if (sending !== null || i.txBytes > 0) return Limit.application;
  return i.rxBytes > 0 ? Limit.unknown : Limit.idle;
}

function sendingLimit(i: Interval): Limit {
  // Between two attempts, which are further and further apart: a path that has gone silent, or a firewall of this machine that lets nothing out.
  // Whatever was full before is full of what is lost.
  if (i.lost && i.txBytes === 0) return Limit.loss;
  const full = limitOfFull(i);
  if (full !== null) return full;
  if (isLossy(i)) return Limit.loss;
  return i.segmentWaits || i.cwndLimited && !i.appLimited ? Limit.network : Limit.application;
}

/** What had no room for most of the time that something was under way. */
export function limitOfFull(i: Pick<Interval, "busyUs" | "peerWindowUs" | "sendBufferUs">): Limit | null {
  if (i.peerWindowUs >= i.busyUs * MOST) return Limit.peerWindow;
  return i.sendBufferUs >= i.busyUs * MOST ? Limit.sendBuffer : null;
}

function isLossy({ us, busyUs, retransmits, txPackets }: Interval): boolean {
  if (retransmits >= FEW) return retransmits >= txPackets * LOSSY;
  return retransmits > 0 && retransmits >= txPackets * MANY && busyUs >= us * MOST;
}

/** Something has waited since before the sample, and nothing was taken out of the queue. What came in within it may have come a moment ago. */
function isNotRead(i: Interval): boolean {
  return i.receiveQueueBefore > 0 && i.receiveQueue - i.receiveQueueBefore >= i.rxBytes;
}
