/**
 * Socket cookie -> row. Open addressing over typed arrays: a look-up allocates nothing, and a 64-bit cookie is matched in
 * full (as a double, two cookies from the top of the range would be one).
 */
import { hashSeed } from "./hash_seed.ts";

const SEED = hashSeed();
const EMPTY = -1;
const GONE = -2;

export class CookieIndex {
  #low: Uint32Array;
  #high: Uint32Array;
  #row: Int32Array;
  /** The length less 1. */
  #mask: number;
  #used = 0; // entries and graves
  #size = 0;

  /** With room for so many. */
  constructor(entries = 0) {
    const capacity = capacityFor(entries);
    this.#low = new Uint32Array(capacity);
    this.#high = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The row, or -1. */
  get(low: number, high: number): number {
    const at = this.#find(low, high);
    return at < 0 ? -1 : this.#row[at];
  }

  set(low: number, high: number, row: number): void {
    const at = this.#find(low, high);
    if (at >= 0) {
      this.#row[at] = row;
      return;
    }
    if (this.#used * 4 > this.#mask * 3) this.#rehash();
    this.#insert(low, high, row);
    this.#size++;
  }

  delete(low: number, high: number): void {
    const at = this.#find(low, high);
    if (at < 0) return;
    this.#row[at] = GONE;
    this.#size--;
  }

  /** Nothing is in it any more. */
  clear(): void {
    this.#row.fill(EMPTY);
    this.#used = this.#size = 0;
  }

  #find(low: number, high: number): number {
    const mask = this.#mask;
    for (let at = hash(low, high) & mask;; at = (at + 1) & mask) {
      const row = this.#row[at];
      if (row === EMPTY) return -1;
      if (row >= 0 && this.#low[at] === low && this.#high[at] === high) return at;
    }
  }

  #insert(low: number, high: number, row: number): void {
    const mask = this.#mask;
    let at = hash(low, high) & mask;
    while (this.#row[at] !== EMPTY) at = (at + 1) & mask;
    this.#low[at] = low;
    this.#high[at] = high;
    this.#row[at] = row;
    this.#used++;
  }

  /** Drops the graves; grows or shrinks to at most half full. */
  #rehash(): void {
    const low = this.#low, high = this.#high, row = this.#row, capacity = capacityFor(this.#size);
    this.#low = new Uint32Array(capacity);
    this.#high = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#mask = capacity - 1;
    this.#used = 0;
    for (let at = 0; at < row.length; at++) {
      if (row[at] >= 0) this.#insert(low[at], high[at], row[at]);
    }
  }
}

/** A power of two, at most half of which they are. */
function capacityFor(entries: number): number {
  let capacity = 256;
  while (capacity < entries * 2 + 2) capacity *= 2;
  return capacity;
}

/** Finalizer of MurmurHash3 over both halves: cookies are handed out in runs, one run a CPU. */
function hash(low: number, high: number): number {
  let h = Math.imul(low ^ Math.imul(high, SEED), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
