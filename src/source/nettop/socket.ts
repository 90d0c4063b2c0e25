/**
 * Stage 4, one socket from frame to frame.
 * In: the rows of a frame that have the same label. Out: which row is which socket; the counters and the times of each socket.
 */
import type { OwnedRow } from "./frames.ts";

/** null: not told. */
interface Bytes {
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/** So many readings below the last ones, each higher than the one before, are those of a new socket with the same label. */
const LOW_READINGS = 3;

/**
 * A socket that nettop lists. Under load nettop lists a live socket with counters of 0, or lower than before, so each counter is the
 * highest value that was read.
 */
export class TrackedSocket {
  rxBytes: number | null = null;
  txBytes: number | null = null;
  rxPackets: number | null = null;
  txPackets: number | null = null;
  /** When its bytes last grew. */
  lastMovedNs: number;
  /** Number of the last frame that lists it. */
  seenIn = 0;
  /** Whole frames since that do not, and when the first of them came. */
  misses = 0;
  missedNs = 0;
  openingIsWritten = false;
  hasEnded = false;
  #low: { readonly first: number; readonly last: OwnedRow; readonly count: number } | null = null;

  /** `openedNs` 0: it was open before the baseline. `isHidden`: only a preliminary frame has listed it so far. */
  constructor(
    readonly cookie: number,
    readonly openedNs: number,
    readonly direction: number,
    public row: OwnedRow,
    public isHidden: boolean,
    nowNs: number,
  ) {
    this.lastMovedNs = nowNs;
    this.#raise(row);
  }

  /** Takes a row. false: it is that of a new socket with the same label. */
  update(row: OwnedRow, frame: number, nowNs: number): boolean {
    if (frame !== this.seenIn && this.#isReplacedBy(row)) return false;
    if (this.#raise(row)) this.lastMovedNs = nowNs;
    this.row = row;
    this.seenIn = frame;
    this.misses = 0;
    return true;
  }

  /** A whole frame does not list it. Returns how many in a row have not. */
  miss(nowNs: number): number {
    if (this.misses === 0) this.missedNs = nowNs;
    return ++this.misses;
  }

  /** Whether its bytes have grown. */
  #raise(row: OwnedRow): boolean {
    const rx = higher(this.rxBytes, row.rxBytes), tx = higher(this.txBytes, row.txBytes);
    const hasGrown = rx !== this.rxBytes || tx !== this.txBytes;
    this.rxBytes = rx;
    this.txBytes = tx;
    this.rxPackets = higher(this.rxPackets, row.rxPackets);
    this.txPackets = higher(this.txPackets, row.txPackets);
    return hasGrown;
  }

  /** The counters of a new socket begin far below and only grow; those of a socket that was listed too low return to what they were. */
  #isReplacedBy(row: OwnedRow): boolean {
    const sum = sumOf(row), before = this.#low;
    const isBelow = isLower(this, row) && !isHigher(this, row) && sum < sumOf(this) / 2;
    if (!isBelow) this.#low = null;
    else if (before === null || isLower(before.last, row)) this.#low = { first: sum, last: row, count: 1 };
    else this.#low = { ...before, last: row, count: before.count + 1 };
    const { count = 0, first = 0 } = this.#low ?? {};
    return count >= LOW_READINGS && sum > first;
  }
}

/**
 * For each of the rows of one label, the socket that it is; null: a new one. Sockets with equal labels (`udp4 *:5353<->*:*`) can be told
 * apart by their counters alone: a row belongs to the socket whose counters are nearest below it. Rows of the same process are assigned
 * first; then those of another one, for nettop's pid is that of the last process that used the socket (so->last_pid, xnu's
 * bsd/kern/uipc_socket.c); then rows that are lower than the socket was, since live sockets are listed too low at times.
 */
export function matchRows(sockets: readonly TrackedSocket[], rows: readonly OwnedRow[]): (TrackedSocket | null)[] {
  const pairs: { socket: TrackedSocket; at: number; rank: number; distance: number }[] = [];
  for (const socket of sockets) {
    rows.forEach((row, at) => {
      const rank = rankOf(socket, row);
      if (rank !== null) pairs.push({ socket, at, rank, distance: Math.abs(sumOf(row) - sumOf(socket)) });
    });
  }
  pairs.sort((a, b) => a.rank - b.rank || a.distance - b.distance);
  const found = new Array<TrackedSocket | null>(rows.length).fill(null), taken = new Set<TrackedSocket>();
  for (const { socket, at } of pairs) {
    if (found[at] !== null || taken.has(socket)) continue;
    found[at] = socket;
    taken.add(socket);
  }
  return found;
}

/** The lower, the more probable; null: the row is not this socket's. */
function rankOf(socket: TrackedSocket, row: OwnedRow): number | null {
  const lower = isLower(socket, row);
  if (socket.row.pid === row.pid) return lower ? 2 : 0;
  if (row.remote.port !== 0) return lower ? 3 : 1;
  // Without a peer several processes may have sockets with this label: one that never carried a byte is not recognized by its counters.
  const isUsed = row.protocol === "tcp" || sumOf(socket) > 0;
  return isUsed && !lower ? 1 : null;
}

const sumOf = ({ rxBytes, txBytes }: Bytes) => (rxBytes ?? 0) + (txBytes ?? 0);
const below = (now: number | null, before: number | null) => now !== null && before !== null && now < before;
/** Whether one of the counters is lower now, or higher. */
const isLower = (before: Bytes, now: Bytes) => below(now.rxBytes, before.rxBytes) || below(now.txBytes, before.txBytes);
const isHigher = (before: Bytes, now: Bytes) =>
  (now.rxBytes ?? 0) > (before.rxBytes ?? 0) || (now.txBytes ?? 0) > (before.txBytes ?? 0);
const higher = (before: number | null, now: number | null) =>
  now === null ? before : before === null ? now : Math.max(before, now);
