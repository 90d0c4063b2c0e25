/**
 * Finds a connection's two ends by their addresses: rows of one table by hash, the same for a row and for its mirror image, so that both stand in one
 * chain. Only hashes and row numbers are kept here; addresses are compared where they are, in the columns.
 */
import type { Arrays, FLOW_SCHEMA } from "./columns.ts";

const EMPTY = -1;
const GONE = -2;

/** What a table keeps for it beside the flow. */
export const END_SCHEMA = {
  /** 1: the row is in the index, under endHash. */
  indexed: "u8",
  endHash: "u32",
} as const;

export type EndArrays = Arrays<typeof FLOW_SCHEMA & typeof END_SCHEMA>;

export class EndIndex {
  #hash = new Uint32Array(256);
  #row = new Int32Array(256).fill(EMPTY);
  #used = 0; // entries and graves
  #size = 0;
  /** Some row is not in it yet, or not any more because its addresses have changed. */
  isBehind = false;

  get size(): number {
    return this.#size;
  }

  add(c: EndArrays, row: number): void {
    if (this.#used * 4 >= this.#row.length * 3) this.#rehash();
    const at = row * 16, { localAddress, remoteAddress, localPort, remotePort } = c;
    c.endHash[row] = endHash(localAddress, at, localPort[row], remoteAddress, at, remotePort[row]);
    c.indexed[row] = 1;
    this.#insert(c.endHash[row], row);
    this.#size++;
  }

  delete(c: EndArrays, row: number): void {
    if (!c.indexed[row]) return;
    this.#row[this.#find(c.endHash[row], row)] = GONE;
    c.indexed[row] = 0;
    this.#size--;
  }

  /** What was in row `from` is now in row `to`: call it while it is at both. */
  move(c: EndArrays, from: number, to: number): void {
    if (c.indexed[from]) this.#row[this.#find(c.endHash[from], from)] = to;
  }

  /** Calls `found` with each row of this hash. The index must not be changed meanwhile. */
  each(hash: number, found: (row: number) => void): void {
    const mask = this.#row.length - 1;
    for (let at = hash & mask; this.#row[at] !== EMPTY; at = (at + 1) & mask) {
      if (this.#row[at] >= 0 && this.#hash[at] === hash) found(this.#row[at]);
    }
  }

  #find(hash: number, row: number): number {
    const mask = this.#row.length - 1;
    let at = hash & mask;
    while (this.#row[at] !== row) at = (at + 1) & mask;
    return at;
  }

  #insert(hash: number, row: number): void {
    const mask = this.#row.length - 1;
    let at = hash & mask;
    while (this.#row[at] !== EMPTY) at = (at + 1) & mask;
    this.#hash[at] = hash;
    this.#row[at] = row;
    this.#used++;
  }

  /** Drops the graves; grows or shrinks to at most half full. */
  #rehash(): void {
    const hash = this.#hash, row = this.#row;
    let capacity = 256;
    while (capacity < this.#size * 2 + 2) capacity *= 2;
    this.#hash = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#used = 0;
    for (let at = 0; at < row.length; at++) if (row[at] >= 0) this.#insert(hash[at], row[at]);
  }
}

/** Of two endpoints, whichever of them is named first: their hashes are added. IPv4 addresses have zeros behind them. */
export function endHash(a: Uint8Array, aAt: number, aPort: number, b: Uint8Array, bAt: number, bPort: number): number {
  return finished(endpoint(a, aAt, aPort) + endpoint(b, bAt, bPort));
}

function endpoint(bytes: Uint8Array, at: number, port: number): number {
  let h = mix(0, port);
  for (let i = at; i < at + 16; i += 4) {
    h = mix(h, bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24);
  }
  return finished(h);
}

/** A round of MurmurHash3, and its finalizer. */
function mix(h: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  h ^= Math.imul(k << 15 | k >>> 17, 0x1b873593);
  return Math.imul(h << 13 | h >>> 19, 5) + 0xe6546b64 | 0;
}

function finished(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
