/** Rows by hash: open addressing over typed arrays. Several rows may have one hash; what they are is compared by whoever asks. */
const EMPTY = -1;
const GONE = -2;

export class RowIndex {
  #hash: Uint32Array;
  #row: Int32Array;
  /** The length less 1. */
  #mask: number;
  #used = 0; // entries and graves
  #size = 0;

  /** With room for so many. */
  constructor(entries = 0) {
    const capacity = capacityFor(entries);
    this.#hash = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The row must not be in it under this hash. */
  add(hash: number, row: number): void {
    if (this.#used * 4 > this.#mask * 3) this.#rehash();
    this.#insert(hash, row);
    this.#size++;
  }

  /** The row must be in it under this hash; so must that of move(). */
  delete(hash: number, row: number): void {
    this.#row[this.#find(hash, row)] = GONE;
    this.#size--;
  }

  move(hash: number, from: number, to: number): void {
    this.#row[this.#find(hash, from)] = to;
  }

  /** Nothing is in it any more. */
  clear(): void {
    this.#row.fill(EMPTY);
    this.#used = this.#size = 0;
  }

  /** Calls `found` with each row of this hash. The index must not be changed meanwhile. */
  each(hash: number, found: (row: number) => void): void {
    const mask = this.#mask;
    for (let at = hash & mask; this.#row[at] !== EMPTY; at = (at + 1) & mask) {
      if (this.#row[at] >= 0 && this.#hash[at] === hash) found(this.#row[at]);
    }
  }

  /** The same without a call a row: where the first one of this hash is, and the one behind another of it; -1: there is none. row() says which it is. */
  first(hash: number): number {
    return this.#from(hash, hash & this.#mask);
  }

  next(hash: number, at: number): number {
    return this.#from(hash, (at + 1) & this.#mask);
  }

  row(at: number): number {
    return this.#row[at];
  }

  #from(hash: number, at: number): number {
    const mask = this.#mask;
    for (; this.#row[at] !== EMPTY; at = (at + 1) & mask) {
      if (this.#row[at] >= 0 && this.#hash[at] === hash) return at;
    }
    return -1;
  }

  #find(hash: number, row: number): number {
    const mask = this.#mask;
    let at = hash & mask;
    while (this.#row[at] !== row) at = (at + 1) & mask;
    return at;
  }

  #insert(hash: number, row: number): void {
    const mask = this.#mask;
    let at = hash & mask;
    while (this.#row[at] !== EMPTY) at = (at + 1) & mask;
    this.#hash[at] = hash;
    this.#row[at] = row;
    this.#used++;
  }

  /** Drops the graves; grows or shrinks to at most half full. */
  #rehash(): void {
    const hash = this.#hash, row = this.#row, capacity = capacityFor(this.#size);
    this.#hash = new Uint32Array(capacity);
    this.#row = new Int32Array(capacity).fill(EMPTY);
    this.#mask = capacity - 1;
    this.#used = 0;
    for (let at = 0; at < row.length; at++) if (row[at] >= 0) this.#insert(hash[at], row[at]);
  }
}

/** A power of two, at most half of which they are. */
function capacityFor(entries: number): number {
  let capacity = 256;
  while (capacity < entries * 2 + 2) capacity *= 2;
  return capacity;
}
