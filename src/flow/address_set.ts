/**
 * Addresses of this machine, in any of its network namespaces: open addressing over typed arrays, so that asking for a flow's remote address
 * allocates nothing. There are as many as the machine has addresses with sockets, which is few.
 */
import { hashSeed } from "./hash_seed.ts";

const WORDS = 4;
const SEED_B = hashSeed(), SEED_C = hashSeed(), SEED_D = hashSeed();

export class AddressSet {
  #words = new Uint32Array(64 * WORDS);
  /** Of each entry: the family, 0 for none, and in which generation it was last confirmed. */
  #family = new Uint8Array(64);
  #generation = new Uint32Array(64);
  readonly #sought = new Uint8Array(16);
  readonly #soughtWords = new Uint32Array(this.#sought.buffer);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the 16 bytes at `at` are in it; IPv4 in the first 4. */
  has(family: number, bytes: Uint8Array, at: number): boolean {
    this.#seek(family, bytes, at);
    return this.#family[this.#slot(family)] !== 0;
  }

  /** Returns whether it is new. */
  add(family: number, bytes: Uint8Array, at: number, generation: number): boolean {
    this.#seek(family, bytes, at);
    let slot = this.#slot(family);
    const isNew = this.#family[slot] === 0;
    if (isNew && this.#size * 2 >= this.#family.length) {
      this.#rehash(0, this.#family.length * 2);
      this.#seek(family, bytes, at);
      slot = this.#slot(family);
    }
    if (isNew) {
      this.#words.set(this.#soughtWords, slot * WORDS);
      this.#family[slot] = family;
      this.#size++;
    }
    this.#generation[slot] = Math.max(this.#generation[slot], generation);
    return isNew;
  }

  /** Forgets what was last confirmed before `generation`. Returns whether there was any. */
  forgetBefore(generation: number): boolean {
    const before = this.#size;
    this.#rehash(generation, this.#family.length);
    return this.#size < before;
  }

  /** What of() makes it of again. */
  list(): readonly unknown[] {
    const list: number[][] = [];
    this.#family.forEach((family, slot) => {
      const words = this.#words.subarray(slot * WORDS, slot * WORDS + WORDS);
      if (family !== 0) list.push([family, this.#generation[slot], ...words]);
    });
    return list;
  }

  static of(list: readonly unknown[]): AddressSet {
    const set = new AddressSet(), words = new Uint32Array(WORDS), bytes = new Uint8Array(words.buffer);
    for (const one of list) {
      if (!Array.isArray(one) || one.length !== 2 + WORDS) continue;
      const [family, generation, ...address] = one.map((value) => Number(value) || 0);
      words.set(address);
      if (family === 4 || family === 6) set.add(family, bytes, 0, generation);
    }
    return set;
  }

  #seek(family: number, bytes: Uint8Array, at: number): void {
    const length = family === 4 ? 4 : 16;
    for (let i = 0; i < length; i++) this.#sought[i] = bytes[at + i];
    if (family === 4) this.#sought.fill(0, 4);
  }

  /** Of what was sought: the entry, or the empty one where it belongs. */
  #slot(family: number): number {
    const mask = this.#family.length - 1, [a, b, c, d] = this.#soughtWords, words = this.#words;
    let h = Math.imul(
      a ^ Math.imul(b, SEED_B) ^ Math.imul(c, SEED_C) ^ Math.imul(d, SEED_D) ^ family,
      0x27d4eb2f,
    );
    h ^= h >>> 15;
    for (let slot = h & mask;; slot = (slot + 1) & mask) {
      if (this.#family[slot] === 0) return slot;
      const w = slot * WORDS;
      if (
        this.#family[slot] === family && words[w] === a && words[w + 1] === b && words[w + 2] === c &&
        words[w + 3] === d
      ) return slot;
    }
  }

  #rehash(generation: number, capacity: number): void {
    const words = this.#words, family = this.#family, generations = this.#generation;
    this.#words = new Uint32Array(capacity * WORDS);
    this.#family = new Uint8Array(capacity);
    this.#generation = new Uint32Array(capacity);
    this.#size = 0;
    for (let slot = 0; slot < family.length; slot++) {
      if (family[slot] === 0 || generations[slot] < generation) continue;
      this.#soughtWords.set(words.subarray(slot * WORDS, slot * WORDS + WORDS));
      const to = this.#slot(family[slot]);
      this.#words.set(this.#soughtWords, to * WORDS);
      this.#family[to] = family[slot];
      this.#generation[to] = generations[slot];
      this.#size++;
    }
  }
}
