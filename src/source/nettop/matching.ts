/** Which row of a frame is which socket of the frames before. */
import type { OwnedRow } from "./frame.ts";

/** null: not told. */
export interface Bytes {
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/** A socket as it is known: its last row, and the highest counters it was seen with. */
export interface KnownSocket extends Bytes {
  readonly row: OwnedRow;
}

interface Pair<S> {
  readonly socket: S;
  readonly at: number;
  readonly rank: number;
  readonly cost: number;
}

/**
 * For each of the rows with one label, the socket that it is; null: one that was not seen before. Rows with equal labels
 * (`udp4 *:5353<->*:*`) are told apart by nothing but their counters: the nearest that did not go down is the same socket. First
 * those of the same process, then those that another process uses now (the pid is that of the last user, uipc_socket.c), then,
 * since live sockets are read too low at times, what is left.
 */
export function matchRows<S extends KnownSocket>(sockets: readonly S[], rows: readonly OwnedRow[]): (S | null)[] {
  const pairs: Pair<S>[] = [];
  for (const socket of sockets) {
    rows.forEach((row, at) => {
      const rank = rankOf(socket, row);
      if (rank !== null) pairs.push({ socket, at, rank, cost: growth(socket, row) });
    });
  }
  pairs.sort((a, b) => a.rank - b.rank || Math.abs(a.cost) - Math.abs(b.cost));
  const found = new Array<S | null>(rows.length).fill(null), taken = new Set<S>();
  for (const { socket, at } of pairs) {
    if (found[at] !== null || taken.has(socket)) continue;
    found[at] = socket;
    taken.add(socket);
  }
  return found;
}

/** Whether a counter is below what it was. */
export const isLower = (before: Bytes, now: Bytes): boolean =>
  below(now.rxBytes, before.rxBytes) || below(now.txBytes, before.txBytes);
const below = (now: number | null, before: number | null) => now !== null && before !== null && now < before;

/** The less, the likelier; null: they are not the same. */
function rankOf(socket: KnownSocket, row: OwnedRow): number | null {
  const lower = isLower(socket, row);
  if (socket.row.pid === row.pid) return lower ? 2 : 0;
  if (row.remote.port !== 0) return lower ? 3 : 1;
  // Without a peer several processes may have the label. One that nothing has moved through may as well be another.
  const isUsed = row.protocol === "tcp" || (socket.rxBytes ?? 0) + (socket.txBytes ?? 0) > 0;
  return isUsed && !lower ? 1 : null;
}

function growth(socket: KnownSocket, { rxBytes, txBytes }: OwnedRow): number {
  return (rxBytes ?? 0) - (socket.rxBytes ?? 0) + (txBytes ?? 0) - (socket.txBytes ?? 0);
}
