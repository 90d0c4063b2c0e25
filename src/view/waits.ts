/** What a connection waited for, sample after sample: where the time of the last minutes went. */
import { limitOfFull } from "../flow/limit.ts";
import { held, isTcp, limitedBy, retransmits, txPackets } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import type { LimitName } from "./group_reasons.ts";

/** One sample of one connection. Times in microseconds. */
export interface Wait {
  /** The sample's end, CLOCK_BOOTTIME. */
  readonly timeNs: number;
  /** Of the sample, or of the connection's part in it. */
  readonly us: number;
  /** null: data came in, and only the other end knows what holds it up. */
  readonly word: LimitName | null;
  readonly busyUs: number;
  readonly peerWindowUs: number;
  readonly sendBufferUs: number;
  /** Of the whole connection until then. */
  readonly sent: number | null;
  readonly sentAgain: number | null;
}

/** null: the source cannot say, or there is nothing to say of it any more. */
export function waitOf(sample: Sample, row: number): Wait | null {
  const f = sample.flows, busyUs = held(f, row, "busyUs");
  if (busyUs === null || !isTcp(f, row) || sample.intervalMs === 0) return null;
  const fromNs = Math.max(sample.timeNs - sample.intervalMs * 1e6, f.openedNs[row]);
  return {
    timeNs: sample.timeNs,
    us: Math.max(0, (sample.timeNs - fromNs) / 1000),
    word: limitedBy(f, row),
    busyUs,
    peerWindowUs: f.peerWindowUs[row],
    sendBufferUs: f.sendBufferUs[row],
    sent: txPackets(f, row),
    sentAgain: retransmits(f, row),
  };
}

/** As they lie on each other in a bar, from its foot. */
export const PARTS: readonly LimitName[] = [
  "network",
  "loss",
  "peer_window",
  "send_buffer",
  "reader",
  "application",
  "idle",
];

export type Shares = Readonly<Record<LimitName, number>>;

/** The microseconds of each part, and no more than there are. The kernel keeps time of two of the parts. What was under way beside them is the
 * network's, or what was lost on it; when nothing was, the application had written nothing. Of a sample with another word all is that word's. On a path
 * that has gone silent the window, or the buffer, is full of what is lost. */
export function sharesOf(wait: Wait): Shares {
  const { us, word, busyUs } = wait, isSilent = word === "loss" && limitOfFull(wait) !== null;
  const peerWindowUs = isSilent ? 0 : wait.peerWindowUs, sendBufferUs = isSilent ? 0 : wait.sendBufferUs;
  const shares = { idle: 0, application: 0, peer_window: 0, send_buffer: 0, network: 0, loss: 0, reader: 0 };
  shares.peer_window = Math.min(us, peerWindowUs);
  shares.send_buffer = Math.min(us - shares.peer_window, sendBufferUs);
  const left = us - shares.peer_window - shares.send_buffer;
  if (word === "application" || word === "reader" || word === "idle") shares[word] += left;
  else if (word !== null) {
    const busy = Math.max(0, Math.min(left, busyUs - peerWindowUs - sendBufferUs));
    shares[word === "loss" ? "loss" : "network"] += busy;
    shares.application += left - busy;
  }
  return shares;
}

/** Of all of them together. */
export function sumOf(waits: readonly Wait[]): Shares {
  const sum = { idle: 0, application: 0, peer_window: 0, send_buffer: 0, network: 0, loss: 0, reader: 0 };
  for (const wait of waits) {
    const shares = sharesOf(wait);
    for (const part of PARTS) sum[part] += shares[part];
  }
  return sum;
}

/** Two samples of one run follow each other within this. */
const SEAM_NS = 1e6;
/** Ten samples of a second are a little more than ten seconds. */
const SLACK = 1.05;

/** Those at the end that follow each other without a gap and last no longer than `us` together; at least the last one. */
export function latest(waits: readonly (Wait | null)[], us: number): Wait[] {
  const found: Wait[] = [];
  let sum = 0;
  for (let i = waits.length - 1; i >= 0; i--) {
    const wait = waits[i], next = found[0];
    if (wait === null || next !== undefined && next.timeNs - next.us * 1000 - wait.timeNs > SEAM_NS) break;
    if (next !== undefined && sum + wait.us > us * SLACK) break;
    found.unshift(wait);
    sum += wait.us;
  }
  return found;
}
