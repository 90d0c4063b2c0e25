import { Protocol, Unknown } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import { hasOwner, isListener, perSecond } from "./flow.ts";

/** Sums over all flows of a sample, whatever is shown of them. Loopback bytes, which are counted at both ends, stand apart. */
export interface Totals {
  readonly flows: number;
  readonly tcp: number;
  readonly udp: number;
  readonly opened: number;
  readonly closed: number;
  readonly failed: number;
  readonly rxBytesPerS: number;
  readonly txBytesPerS: number;
  readonly loopbackRxBytesPerS: number;
  readonly loopbackTxBytesPerS: number;
  /** Datagrams of this sample that never reached their process; null: of no flow is it known. */
  readonly rxDroppedPackets: number | null;
  /** Flows without a known owner. */
  readonly unattributed: number;
}

export function totalsOf(sample: Sample): Totals {
  const f = sample.flows;
  let tcp = 0, udp = 0, unattributed = 0;
  let dropped: number | null = null;
  const rx = [0, 0], tx = [0, 0];
  for (let row = 0; row < sample.length; row++) {
    if (!hasOwner(f, row)) unattributed++;
    if (isListener(f, row)) continue;
    if (f.protocol[row] === Protocol.tcp) tcp++;
    else {
      udp++;
      if (!(f.unknown[row] & Unknown.droppedPackets)) dropped = (dropped ?? 0) + f.rxDroppedDelta[row];
    }
    rx[f.loopback[row]] += f.rxDelta[row];
    tx[f.loopback[row]] += f.txDelta[row];
  }
  const rate = (bytes: number) => perSecond(bytes, sample.intervalMs);
  return {
    flows: tcp + udp,
    tcp,
    udp,
    opened: sample.opened,
    closed: sample.closed,
    failed: sample.failed,
    rxBytesPerS: rate(rx[0]),
    txBytesPerS: rate(tx[0]),
    loopbackRxBytesPerS: rate(rx[1]),
    loopbackTxBytesPerS: rate(tx[1]),
    rxDroppedPackets: dropped,
    unattributed,
  };
}
