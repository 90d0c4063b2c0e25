/**
 * Rows by hash. Several rows may have one hash; what they are is compared by whoever asks. Rows of a bucket are a ring, in the order in which they came:
 * adding and taking out a row costs the same however many have its hash, as all that one user opens with the same addresses have, or a forged recording.
 * Going through them does not, so that has a limit.
 */
const NONE = -1;
/** So many rows of a bucket are looked at whatever else there was to look at, and so many more until settle(): some hundredths of a second. */
const SHORT_WALK = 32, MOST_STEPS = 1 << 22;
/** Of each row, side by side: its hash, and the rows behind it and before it in its bucket. */
const WORDS = 4, HASH = 0, NEXT = 1, PREVIOUS = 2;

export class RowIndex {
  /** Of each bucket: the row that came first. At most half of them are in use. */
  #first: Int32Array;
  /** The length less 1. */
  #mask: number;
  #rows: Int32Array;
  #size = 0;
  #stepsLeft = MOST_STEPS;
  /** Of the walk that first() began. */
  #steps = 0;

  /** With room for so many. */
  constructor(entries = 0) {
    const capacity = capacityFor(entries * 2);
    this.#first = new Int32Array(capacity).fill(NONE);
    this.#mask = capacity - 1;
    this.#rows = new Int32Array(capacityFor(entries) * WORDS);
  }

  get size(): number {
    return this.#size;
  }

  /** The row must not be in it. */
  add(hash: number, row: number): void {
    this.#makeRoom(row);
    if (this.#size * 2 > this.#mask) this.#rehash();
    this.#rows[row * WORDS + HASH] = hash;
    this.#append(row);
    this.#size++;
  }

  /** The row must be in it under this hash; so must that of move(). */
  delete(hash: number, row: number): void {
    const rows = this.#rows, bucket = hash & this.#mask;
    const next = rows[row * WORDS + NEXT], previous = rows[row * WORDS + PREVIOUS];
    rows[previous * WORDS + NEXT] = next;
    rows[next * WORDS + PREVIOUS] = previous;
    if (this.#first[bucket] === row) this.#first[bucket] = next === row ? NONE : next;
    this.#size--;
  }

  /** `to` must not be in it. */
  move(hash: number, from: number, to: number): void {
    this.#makeRoom(to);
    const rows = this.#rows, bucket = hash & this.#mask;
    const next = rows[from * WORDS + NEXT], previous = rows[from * WORDS + PREVIOUS];
    rows[to * WORDS + HASH] = hash;
    rows[to * WORDS + NEXT] = next === from ? to : next;
    rows[to * WORDS + PREVIOUS] = previous === from ? to : previous;
    rows[rows[to * WORDS + PREVIOUS] * WORDS + NEXT] = rows[rows[to * WORDS + NEXT] * WORDS + PREVIOUS] = to;
    if (this.#first[bucket] === from) this.#first[bucket] = to;
  }

  /** Nothing is in it any more. */
  clear(): void {
    this.#first.fill(NONE);
    this.#size = 0;
  }

  /** Walks may be long again. */
  settle(): void {
    this.#stepsLeft = MOST_STEPS;
  }

  /** Calls `found` with each row of this hash, those that came first before the others; where they are too many, not with all. The index must not be
   * changed meanwhile. */
  each(hash: number, found: (row: number) => void): void {
    const rows = this.#rows, first = this.#first[hash & this.#mask], wanted = hash | 0;
    if (first === NONE) return;
    let row = first, steps = 0;
    do {
      if (rows[row * WORDS + HASH] === wanted) found(row);
      row = rows[row * WORDS + NEXT];
    } while (row !== first && (++steps < SHORT_WALK || --this.#stepsLeft > 0));
  }

  /** The same without a call a row: the first of them, and the one behind another; -1: there is none. One such walk goes on at a time. */
  first(hash: number): number {
    this.#steps = 0;
    const row = this.#first[hash & this.#mask];
    return row === NONE || this.#rows[row * WORDS + HASH] === (hash | 0) ? row : this.next(hash, row);
  }

  next(hash: number, row: number): number {
    const rows = this.#rows, first = this.#first[hash & this.#mask], wanted = hash | 0;
    for (row = rows[row * WORDS + NEXT]; row !== first; row = rows[row * WORDS + NEXT]) {
      if (++this.#steps >= SHORT_WALK && --this.#stepsLeft <= 0) break;
      if (rows[row * WORDS + HASH] === wanted) return row;
    }
    return NONE;
  }

  #append(row: number): void {
    const rows = this.#rows, at = row * WORDS, bucket = rows[at + HASH] & this.#mask, first = this.#first[bucket];
    if (first === NONE) {
      this.#first[bucket] = rows[at + NEXT] = rows[at + PREVIOUS] = row;
      return;
    }
    const last = rows[first * WORDS + PREVIOUS];
    rows[last * WORDS + NEXT] = rows[first * WORDS + PREVIOUS] = row;
    rows[at + NEXT] = first;
    rows[at + PREVIOUS] = last;
  }

  #makeRoom(row: number): void {
    if (row * WORDS < this.#rows.length) return;
    const before = this.#rows;
    this.#rows = new Int32Array(capacityFor(row + 1) * WORDS);
    this.#rows.set(before);
  }

  /** Twice as many buckets: the rows of one come from one, so they keep their order. */
  #rehash(): void {
    const before = this.#first, rows = this.#rows, capacity = before.length * 2;
    this.#first = new Int32Array(capacity).fill(NONE);
    this.#mask = capacity - 1;
    for (const first of before) {
      if (first === NONE) continue;
      for (let row = first, next = rows[row * WORDS + NEXT];; row = next, next = rows[row * WORDS + NEXT]) {
        this.#append(row);
        if (next === first) break;
      }
    }
  }
}

/** A power of two. */
function capacityFor(entries: number): number {
  let capacity = 256;
  while (capacity < entries) capacity *= 2;
  return capacity;
}
