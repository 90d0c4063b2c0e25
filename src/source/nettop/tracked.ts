import type { OwnedRow } from "./frame.ts";
import { type Bytes, isLower } from "./matching.ts";

/** Readings in a row below what was there before, growing, until they are those of another socket in its place. */
const LOW_READINGS = 3;

/**
 * One socket over time. Under load nettop reads a live socket at 0, or lower than before, so what counts is the highest value
 * seen, each direction by itself.
 */
export class Tracked {
  rxBytes: number | null = null;
  txBytes: number | null = null;
  rxPackets: number | null = null;
  txPackets: number | null = null;
  /** When its bytes last grew. */
  movedNs: number;
  /** Number of the last frame with it, how many whole ones in a row were without, and when the first of them came. */
  seenIn = 0;
  misses = 0;
  missedNs = 0;
  /** Its opening has been told. */
  isTold = false;
  hasEnded = false;
  #lows: { first: number; last: OwnedRow; count: number } | null = null;

  /** `openedNs` 0: open before we looked. `isHidden`: only a preliminary frame has shown it so far. */
  constructor(
    readonly cookie: number,
    readonly openedNs: number,
    readonly direction: number,
    public row: OwnedRow,
    public isHidden: boolean,
    nowNs: number,
  ) {
    this.movedNs = nowNs;
    this.#raise(row);
  }

  /** Takes a reading. false: it is that of another socket that has its place now. */
  take(row: OwnedRow, frame: number, nowNs: number): boolean {
    if (frame !== this.seenIn && this.#isReplaced(row)) return false;
    if (this.#raise(row)) this.movedNs = nowNs;
    this.row = row;
    this.seenIn = frame;
    this.misses = 0;
    return true;
  }

  /** A whole frame is without it. Returns how many in a row are. */
  miss(nowNs: number): number {
    if (this.misses === 0) this.missedNs = nowNs;
    return ++this.misses;
  }

  /** Whether a counter has grown. */
  #raise(row: OwnedRow): boolean {
    const rx = higher(this.rxBytes, row.rxBytes), tx = higher(this.txBytes, row.txBytes);
    const grew = rx !== this.rxBytes || tx !== this.txBytes;
    this.rxBytes = rx;
    this.txBytes = tx;
    this.rxPackets = higher(this.rxPackets, row.rxPackets);
    this.txPackets = higher(this.txPackets, row.txPackets);
    return grew;
  }

  /** A new socket begins far below, goes up and never down; one that is read wrong comes back. */
  #isReplaced(row: OwnedRow): boolean {
    const total = totalOf(row), highest = totalOf(this), before = this.#lows;
    const isBelow = isLower(this, row) && !isHigher(this, row) && total < highest / 2;
    if (!isBelow) this.#lows = null;
    else if (before === null || isLower(before.last, row)) this.#lows = { first: total, last: row, count: 1 };
    else this.#lows = { ...before, last: row, count: before.count + 1 };
    const { count = 0, first = 0 } = this.#lows ?? {};
    return count >= LOW_READINGS && total > first;
  }
}

const totalOf = ({ rxBytes, txBytes }: Bytes) => (rxBytes ?? 0) + (txBytes ?? 0);
const isHigher = (before: Bytes, now: Bytes) =>
  (now.rxBytes ?? 0) > (before.rxBytes ?? 0) || (now.txBytes ?? 0) > (before.txBytes ?? 0);
const higher = (before: number | null, now: number | null) =>
  now === null ? before : before === null ? now : Math.max(before, now);
