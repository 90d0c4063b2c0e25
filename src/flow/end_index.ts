/** Finds a connection's two ends by their addresses: the hash is the same for a row and for its mirror image. Addresses are compared where they are, in
 * the columns. */
import type { Arrays, FLOW_SCHEMA } from "./columns.ts";
import type { INSIDE_SCHEMA } from "./inside.ts";
import { finished, mix, mixAddress } from "./murmur.ts";
import { RowIndex } from "./row_index.ts";

/** What a table keeps for it beside the flow. */
export const END_SCHEMA = {
  /** 1: the row is in the index, under endHash. */
  indexed: "u8",
  endHash: "u32",
} as const;

export type EndArrays = Arrays<typeof FLOW_SCHEMA & typeof INSIDE_SCHEMA & typeof END_SCHEMA>;

export class EndIndex {
  #rows = new RowIndex();
  /** The rows before this one are in it, or have been looked at. */
  behindFrom = Infinity;

  add(c: EndArrays, row: number): void {
    const at = row * 16, { localAddress, remoteAddress, localPort, remotePort } = c;
    c.endHash[row] = endHash(localAddress, at, localPort[row], remoteAddress, at, remotePort[row]);
    c.indexed[row] = 1;
    this.#rows.add(c.endHash[row], row);
  }

  delete(c: EndArrays, row: number): void {
    if (!c.indexed[row]) return;
    this.#rows.delete(c.endHash[row], row);
    c.indexed[row] = 0;
  }

  /** The row is not in it yet, or not any more because its addresses have changed. */
  lacks(row: number): void {
    if (row < this.behindFrom) this.behindFrom = row;
  }

  /** Takes the place of what was: those of all rows that say they are in it. The others have been looked at. */
  load(c: EndArrays, length: number): void {
    this.#rows = new RowIndex(length);
    this.behindFrom = Infinity;
    for (let row = 0; row < length; row++) if (c.indexed[row]) this.add(c, row);
  }

  /** All rows of it are others now, of which those are in it that say so. */
  renumber(c: EndArrays, length: number): void {
    this.#rows.clear();
    if (this.behindFrom !== Infinity) this.behindFrom = 0;
    for (let row = 0; row < length; row++) if (c.indexed[row]) this.#rows.add(c.endHash[row], row);
  }

  /** What was in row `from` is now in row `to`: call it while it is at both. */
  move(c: EndArrays, from: number, to: number): void {
    if (c.indexed[from]) this.#rows.move(c.endHash[from], from, to);
    else if (this.behindFrom <= from) this.lacks(to);
  }

  /** Walks may be long again (row_index.ts): call it once a sample. */
  settle(): void {
    this.#rows.settle();
  }

  /** These as RowIndex has them. */
  first(hash: number): number {
    return this.#rows.first(hash);
  }
  next(hash: number, row: number): number {
    return this.#rows.next(hash, row);
  }
  each(hash: number, found: (row: number) => void): void {
    this.#rows.each(hash, found);
  }
}

/** Of two endpoints, whichever of them is named first: their hashes are added. IPv4 addresses have zeros behind them. */
export function endHash(a: Uint8Array, aAt: number, aPort: number, b: Uint8Array, bAt: number, bPort: number): number {
  return finished(endpoint(a, aAt, aPort) + endpoint(b, bAt, bPort));
}

function endpoint(bytes: Uint8Array, at: number, port: number): number {
  return finished(mixAddress(mix(0, port), bytes, at));
}
