/** Texts made from 16 bytes, kept: a screen asks for the same few thousand again and again. */
const WORDS = 5;
/** Room for the texts of a few connections; what there are more takes room when it comes. */
const LEAST_SLOTS = 256;

export class InternedTexts {
  #keys = new Uint32Array(0);
  #texts: (string | undefined)[] = [];
  #count = 0;
  #mask = 0;

  /** At most `most` texts are kept; one more, and all are forgotten. */
  constructor(readonly most: number) {
    this.#clear(LEAST_SLOTS);
  }

  /** The text for the 16 bytes at `at` and the number `extra`; `make` is called if it is not known yet. */
  text(bytes: Uint8Array, at: number, extra: number, make: () => string): string {
    const a = word(bytes, at), b = word(bytes, at + 4), c = word(bytes, at + 8), d = word(bytes, at + 12);
    let slot = mixed(a, b, c, d, extra) & this.#mask;
    for (; this.#texts[slot] !== undefined; slot = (slot + 1) & this.#mask) {
      const k = slot * WORDS, keys = this.#keys;
      if (keys[k] === a && keys[k + 1] === b && keys[k + 2] === c && keys[k + 3] === d && keys[k + 4] === extra) {
        return this.#texts[slot]!;
      }
    }
    if (this.#count === this.most) {
      this.#clear(LEAST_SLOTS);
      return this.text(bytes, at, extra, make);
    }
    if (this.#count * 2 > this.#mask) {
      this.#grow();
      return this.text(bytes, at, extra, make);
    }
    this.#count++;
    this.#keys.set([a, b, c, d, extra], slot * WORDS);
    return this.#texts[slot] = make();
  }

  /** Each slot of before becomes four. */
  #grow(): void {
    const keys = this.#keys, texts = this.#texts, count = this.#count;
    this.#clear((this.#mask + 1) * 4);
    this.#count = count;
    texts.forEach((text, i) => {
      const k = i * WORDS;
      let slot = mixed(keys[k], keys[k + 1], keys[k + 2], keys[k + 3], keys[k + 4]) & this.#mask;
      while (this.#texts[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#keys.set(keys.subarray(k, k + WORDS), slot * WORDS);
      this.#texts[slot] = text;
    });
  }

  /** `slots`: a power of two. */
  #clear(slots: number): void {
    this.#keys = new Uint32Array(slots * WORDS);
    this.#texts = new Array(slots);
    this.#mask = slots - 1;
    this.#count = 0;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}

/** The finaliser of MurmurHash3 over the words: addresses differ in few bits. */
function mixed(a: number, b: number, c: number, d: number, e: number): number {
  let h = Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f) ^ Math.imul(d, 0x165667b1) ^ e;
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return (h ^ h >>> 16) >>> 0;
}
