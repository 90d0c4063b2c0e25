/** MurmurHash3 of 32 bits, in its steps. */

/** A round, for 32 bits of what is hashed. */
export function mix(h: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  h ^= Math.imul(k << 15 | k >>> 17, 0x1b873593);
  return Math.imul(h << 13 | h >>> 19, 5) + 0xe6546b64 | 0;
}

/** The rounds for the 16 bytes of an address. */
export function mixAddress(h: number, bytes: Uint8Array, at: number): number {
  for (let i = at; i < at + 16; i += 4) {
    h = mix(h, bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24);
  }
  return h;
}

/** The finalizer: unsigned. */
export function finished(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
