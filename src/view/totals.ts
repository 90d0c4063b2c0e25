import { Protocol, Unknown } from "../flow/columns.ts";
import { intervalOf, isStale } from "../flow/host.ts";
import type { Sample } from "../flow/sample.ts";
import { hasOwner, isListener } from "../flow/row.ts";
import { perSecond } from "./flow.ts";

/** Sums over all flows of a sample, whatever is shown of them. What never leaves this machine stands apart. */
export interface Totals {
  readonly flows: number;
  readonly tcp: number;
  readonly udp: number;
  readonly opened: number;
  readonly closed: number;
  readonly failed: number;
  /** Between this machine and others. */
  readonly rxBytesPerS: number;
  readonly txBytesPerS: number;
  /** Between processes of this machine, each byte once, whatever way it took: what they received. */
  readonly insideBytesPerS: number;
  /** Of this, what ends received whose other end is not known: they are inside by their addresses alone. */
  readonly insideByAddressBytesPerS: number;
  /** Of this, what went over loopback addresses or from an address to itself, at both ends. */
  readonly loopbackRxBytesPerS: number;
  readonly loopbackTxBytesPerS: number;
  /** Datagrams of this sample that never reached their process; null: of no flow is it known. */
  readonly rxDroppedPackets: number | null;
  /** Flows without a known owner. */
  readonly unattributed: number;
}

export function totalsOf(sample: Sample): Totals {
  const f = sample.flows;
  // What there was no room for has no row, but is there.
  let tcp = sample.health.socketsApart, udp = 0, unattributed = 0;
  let dropped: number | null = null;
  let rx = 0, tx = 0, inside = 0, byAddress = 0, loopbackRx = 0, loopbackTx = 0;
  for (let row = 0; row < sample.length; row++) {
    if (isStale(sample, row)) continue;
    if (!hasOwner(f, row)) unattributed++;
    if (isListener(f, row)) continue;
    if (f.protocol[row] === Protocol.tcp) tcp++;
    else {
      udp++;
      // Of what a socket with several flows has lost it may be known how much, but not which of them did.
      if (!(f.unknown[row] & Unknown.droppedPackets) || f.rxDroppedPackets[row] > 0) {
        dropped = (dropped ?? 0) + f.rxDroppedDelta[row];
      }
    }
    // Of another host's part, what that would be in the time of the sample.
    const ownMs = intervalOf(sample, row), share = ownMs === 0 ? 0 : sample.intervalMs / ownMs;
    const received = f.rxDelta[row] * share, sent = f.txDelta[row] * share;
    if (f.inside[row]) {
      inside += received;
      if (f.pair[row] === 0) byAddress += received;
    } else {
      rx += received;
      tx += sent;
    }
    if (f.loopback[row]) {
      loopbackRx += received;
      loopbackTx += sent;
    }
  }
  const rate = (bytes: number) => perSecond(bytes, sample.intervalMs);
  return {
    flows: tcp + udp,
    tcp,
    udp,
    opened: sample.opened,
    closed: sample.closed,
    failed: sample.failed,
    rxBytesPerS: rate(rx),
    txBytesPerS: rate(tx),
    insideBytesPerS: rate(inside),
    insideByAddressBytesPerS: rate(byAddress),
    loopbackRxBytesPerS: rate(loopbackRx),
    loopbackTxBytesPerS: rate(loopbackTx),
    rxDroppedPackets: dropped,
    unattributed,
  };
}
