/** Connections inside this machine that an administrator has ended (SOCK_DESTROY): the other end sees a reset, and is told whose doing it is. */
import type { TcpRecord } from "../decode/cursor.ts";
import { isKilled, isReset, tellKilled } from "./end.ts";
import type { EventLog } from "./event_log.ts";
import { type PeerTable, Via } from "./peers.ts";

interface Table extends PeerTable {
  readonly log: EventLog | null;
  rowOf(record: TcpRecord): number;
}

export class Killed {
  #some = false;

  /** Some were, since the last sample: only then is another end looked for. */
  get some(): boolean {
    return this.#some;
  }

  /** `join` pairs the rows that have appeared. */
  constructor(readonly table: Table, readonly join: () => void) {}

  /** The record of an end, which is in the table already. */
  ended(record: TcpRecord): void {
    const killed = isKilled(record.end);
    this.#some ||= killed;
    if (!killed && !(this.#some && isReset(record.end))) return;
    const { table } = this, row = table.rowOf(record), c = table.arrays;
    if (row < 0) return;
    if (c.pair[row] === 0) this.join();
    const other = otherEnd(table, row);
    if (other < 0) return;
    tellKilled(c, row, other);
    for (const end of [row, other]) if (c.closed[end] && c.peerKilled[end]) table.log?.peerKilled(c, end);
  }

  /** Rows that have ended have left with the sample. */
  settle(): void {
    this.#some = false;
  }
}

function otherEnd({ arrays: c, ends, length }: PeerTable, row: number): number {
  const pair = c.pair[row];
  let found = -1;
  if (pair === 0) return found;
  if (c.via[row] === Via.direct) {
    ends.each(c.endHash[row], (at) => {
      if (at !== row && c.pair[at] === pair) found = at;
    });
    return found;
  }
  const pairs = c.pair.subarray(0, length), first = pairs.indexOf(pair);
  return first === row ? pairs.indexOf(pair, row + 1) : first;
}
